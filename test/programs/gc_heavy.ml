(* Allocation of all kinds under pressure: what is reachable must stay as it was. *)
type tree = Leaf | Node of tree * int * tree
let rec make d = if d = 0 then Leaf else Node (make (d - 1), d, make (d - 1))
let rec check = function Leaf -> 0 | Node (l, n, r) -> check l + n + check r

let () =
  let long_lived = make 14 in
  let total = ref 0 in
  for i = 1 to 60 do total := !total + check (make (6 + (i mod 8))) done;
  Printf.printf "%d %d\n" !total (check long_lived);
  (* Old blocks that point to young ones. *)
  let table = Array.make 1000 [] in
  for i = 0 to 199_999 do
    let k = i * 7919 mod 1000 in
    table.(k) <- (if i mod 50 = 0 then [] else string_of_int i :: table.(k))
  done;
  Printf.printf "%d\n" (Array.fold_left (fun n l -> n + List.fold_left (fun n s -> n + int_of_string s) 0 l) 0 table);
  (* Strings and float arrays of many sizes. *)
  let keep = Array.make 64 "" and floats = Array.make 64 [||] in
  for i = 0 to 5_000 do
    keep.(i land 63) <- String.make (i mod 3000) (Char.chr (i land 255));
    floats.(i * 13 land 63) <- Array.init (i mod 300) (fun j -> float_of_int (i + j))
  done;
  Printf.printf "%d %g\n" (Array.fold_left (fun n s -> n + String.length s + if s = "" then 0 else Char.code s.[String.length s - 1]) 0 keep)
    (Array.fold_left (fun n a -> n +. Array.fold_left ( +. ) 0. a) 0. floats);
  (* A big array of young blocks; a hash table that grows; closures; references to references. *)
  let big = Array.init 100_000 (fun i -> ref i) in
  Array.iteri (fun i r -> if i land 1 = 0 then big.(i) <- ref (!r + 1)) big;
  Gc.compact ();
  Printf.printf "%d\n" (Array.fold_left (fun n r -> n + !r) 0 big);
  let h = Hashtbl.create 1 in
  for i = 0 to 50_000 do Hashtbl.replace h (i * i mod 65537, string_of_int (i mod 100)) (Some i) done;
  Printf.printf "%d %d\n" (Hashtbl.length h) (Hashtbl.fold (fun (a, _) v n -> n + a + Option.get v) h 0);
  let fs = Array.init 1000 (fun i -> let s = string_of_int i in fun x -> x + String.length s + i) in
  let r = ref 0 in
  for k = 1 to 50 do Array.iter (fun f -> r := f !r land 0xffff) fs; if k mod 10 = 0 then Gc.full_major () done;
  Printf.printf "%d\n" !r;
  let rec chain n acc = if n = 0 then acc else chain (n - 1) (lazy (1 + Lazy.force acc)) in
  let l = chain 10_000 (lazy 0) in
  Gc.minor ();
  Printf.printf "%d %d\n" (Lazy.force l) (Lazy.force l);
  (* Boxed numbers. *)
  let x = ref 0L and y = ref 1n and z = ref 2l and f = ref 1.0 in
  for i = 1 to 100_000 do x := Int64.add !x (Int64.of_int i); y := Nativeint.logxor !y (Nativeint.of_int i); z := Int32.mul !z 3l; f := !f *. 1.0001 done;
  Printf.printf "%Ld %nd %ld %.6g\n" !x !y !z !f
