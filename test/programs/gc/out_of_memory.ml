(* With little memory: Out_of_memory is an exception for each kind of allocation, and the program goes on. *)

let raises name f =
  match f () with
  | _ -> Printf.printf "%s: no exception\n%!" name
  | exception Out_of_memory -> Printf.printf "%s: Out_of_memory\n%!" name

(* The exception is raised while the list is long, and the list is garbage when it has been caught. *)
let fill_with make =
  let rec fill list = fill (make () :: list) in
  fun () -> fill []

let rec deep n = 1 + deep (n + 1)

type tree = Leaf | Node of tree * int * tree

let rec tree depth = if depth = 0 then Leaf else Node (tree (depth - 1), depth, tree (depth - 1))

let grow_string () =
  let b = Buffer.create 16 in
  while true do Buffer.add_string b "0123456789abcdef" done

let grow_array () =
  let a = ref [| 0 |] in
  while true do a := Array.append !a !a done

let grow_table () =
  let h = Hashtbl.create 16 in
  let i = ref 0 in
  while true do incr i; Hashtbl.replace h !i (string_of_int !i) done

let marshal () =
  let l = List.init 700_000 (fun i -> (i, float_of_int i)) in
  let rec copies kept = copies (Marshal.to_string l [] :: kept) in
  copies []

let unmarshal () =
  let s = Marshal.to_string (List.init 200_000 (fun i -> (i, float_of_int i))) [] in
  let rec copies (kept : (int * float) list list) = copies (Marshal.from_string s 0 :: kept) in
  copies []

let () =
  for round = 1 to 2 do
    Printf.printf "round %d\n" round;
    raises "refs" (fill_with (fun () -> ref 0));
    raises "floats" (fill_with (fun () -> Sys.opaque_identity 1. +. 2.));
    raises "blocks of 100 words" (fill_with (fun () -> Array.make 100 ()));
    raises "blocks of 10000 words" (fill_with (fun () -> Array.make 10_000 ()));
    raises "strings" (fill_with (fun () -> String.make 50 'x'));
    raises "long strings" (fill_with (fun () -> String.make 5_000_000 'x'));
    raises "closures" (fill_with (fun () -> let x = Random.int 5 in fun y -> x + y));
    raises "lists" (fun () -> List.init 10_000_000 string_of_int);
    raises "float arrays" (fill_with (fun () -> Array.make 1000 1.5));
    raises "bigarrays" (fill_with (fun () -> Bigarray.Array1.create Bigarray.char Bigarray.c_layout 1_000_000));
    raises "a tree" (fun () -> tree 25);
    raises "an array" (fun () -> Array.make 100_000_000 0);
    raises "a huge array" (fun () -> Array.make (Sys.max_array_length / 2) 0);
    raises "a string" (fun () -> Bytes.create 1_000_000_000);
    raises "a bigarray" (fun () -> Bigarray.Array1.create Bigarray.float64 Bigarray.c_layout 100_000_000);
    raises "Buffer" grow_string;
    raises "Array.append" grow_array;
    raises "Hashtbl" grow_table;
    raises "Array.init" (fun () -> Array.init 5_000_000 (fun i -> Some i));
    raises "Marshal.to_string" marshal;
    raises "Marshal.from_string" unmarshal;
    raises "lazy values and exceptions" (fill_with (fun () -> lazy (raise (Failure "x"))))
  done;
  (match deep 0 with
  | _ -> ()
  | exception Stack_overflow -> print_endline "recursion: Stack_overflow");
  (* What is garbage is not in the way. *)
  let sum = ref 0 in
  for i = 1 to 400 do
    let a = Array.make 300_000 i in
    sum := !sum + a.(i)
  done;
  for i = 1 to 400 do
    let s = Bytes.make 3_000_000 'x' in
    sum := !sum + Bytes.length s + i
  done;
  for i = 1 to 200 do
    let b = Bigarray.Array1.create Bigarray.int Bigarray.c_layout 500_000 in
    b.{i} <- i;
    sum := !sum + b.{i}
  done;
  for i = 1 to 20 do
    let l = List.init 100_000 (fun j -> (i, j)) in
    sum := !sum + List.length (Marshal.from_string (Marshal.to_string l []) 0)
  done;
  Printf.printf "%d\n" !sum
