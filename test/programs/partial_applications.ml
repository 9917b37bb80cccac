(* Partial applications: of known functions, of parameters, of methods and primitives; applied to fewer arguments than they
   want, as many, and more; kept, compared, marshalled, called in loops and across exceptions. *)
let add3 a b c = (100 * a) + (10 * b) + c
let choose flag f g x y = if flag then f x y else g x y
let rec fold f acc = function [] -> acc | x :: rest -> fold f (f acc x) rest
let curried a = if a > 0 then fun b c -> a + b + c else fun b c -> a - b - c
let raising limit what n = if n > limit then failwith (what ^ string_of_int n) else n
let ( >> ) f g x = g (f x)

let stages f = [ f 1; f 2; f 3 ]

let () =
  (* One argument at a time, from the function itself and from what was held before. *)
  let one = add3 1 in
  let two = one 2 in
  Printf.printf "%d %d %d %d\n" (two 3) (one 4 5) (add3 6 7 8) ((add3 9) 1 2);
  List.iter (fun f -> Printf.printf "%d " (f 5 6)) (stages add3);
  List.iter (fun f -> Printf.printf "%d " (f 6)) (List.map (fun f -> f 5) (stages add3));
  print_newline ();
  (* More arguments than a function wants. *)
  let partial = choose true curried in
  Printf.printf "%d %d\n" (partial (fun _ _ _ -> 0) 3 4 5) (choose false curried (fun a b c -> a * b * c) 3 4 5);
  let over = choose true add3 add3 in
  Printf.printf "%d %d\n" (over 1 2 3) ((over 4) 5 6);
  (* Through functions that do not know what they get. *)
  let sums = fold (fun acc f -> f acc) 0 [ ( + ) 3; ( * ) 2; add3 0 1; (fun x -> x - 1) >> ( * ) 3; max 100; min 7 ] in
  Printf.printf "%d\n" sums

(* Held values are moved by collections. *)
let () =
  let words = List.init 50 (fun i -> String.make (i + 1) (Char.chr (97 + (i mod 26)))) in
  let joined = List.map (fun w -> String.concat w) words in
  let all = List.concat_map (fun f -> List.init 3 (fun n -> f (List.init n string_of_int))) joined in
  Printf.printf "%d %s\n" (List.length all) (Digest.to_hex (Digest.string (String.concat "," all)))

(* Exceptions from inside, and closures that are made in loops with many live values. *)
let () =
  let checks = List.map (fun n -> raising n "above ") [ 3; 5; 8 ] in
  let a = ref 0 and b = ref 1 and c = Array.make 3 0. and d = ref [] in
  for i = 1 to 10 do
    List.iteri
      (fun k check ->
        match check i with
        | n ->
            a := !a + n;
            c.(k) <- c.(k) +. float_of_int n
        | exception Failure what -> if i = 9 then d := what :: !d)
      checks;
    b := add3 !b i 1 land 0xffff
  done;
  Printf.printf "%d %d %g %g %g %s\n" !a !b c.(0) c.(1) c.(2) (String.concat ";" !d)

(* Functional values are not compared; but they are the same as themselves. *)
let () =
  let f = add3 1 2 in
  Printf.printf "%b %b\n" (f == f) (f == add3 1 2);
  (match compare f f with exception Invalid_argument what -> print_endline what | n -> Printf.printf "%d\n" n);
  match f = add3 1 2 with exception Invalid_argument what -> print_endline what | _ -> print_endline "compared"

(* Marshalled with their code, and applied then, further and for good. *)
let () =
  let copy : 'a. 'a -> 'a = fun x -> Marshal.from_string (Marshal.to_string x [ Marshal.Closures ]) 0 in
  let f = copy (add3 4) in
  let g = f 5 in
  let h = copy g in
  Printf.printf "%d %d %d %d\n" (f 1 2) (g 6) (h 7) (copy (copy (add3 1 2)) 3);
  let list = copy (List.map add3 [ 1; 2 ]) in
  List.iter (fun f -> Printf.printf "%d " (f 3 4)) list;
  print_newline ()

(* Optional and labelled arguments, methods and external functions. *)
let label ?(sep = ",") ~prefix list = prefix ^ String.concat sep list

class counter start =
  object
    val mutable n = start
    method add k m = n <- n + (k * m); n
  end

let () =
  let plain = label ~prefix:">" and dotted = label ~sep:"." in
  Printf.printf "%s %s\n" (plain [ "a"; "b" ]) (dotted ~prefix:"<" [ "c"; "d" ]);
  let counter = new counter 10 in
  let twice = counter#add 2 in
  let first = twice 3 in
  let second = twice 4 in
  Printf.printf "%d %d\n" first second;
  Printf.printf "%s\n" (String.concat " " (List.map (Printf.sprintf "%d-%s" 3) [ "x"; "y" ]));
  let power = Float.pow 2. and sub = Int64.sub 10L in
  Printf.printf "%g %Ld\n" (power 10.) (sub 3L)

(* Nine and ten arguments, held in every way. *)
let ten a b c d e f g h i j = [ a; b; c; d; e; f; g; h; i; j ]

let () =
  let show list = print_endline (String.concat "" (List.map string_of_int list)) in
  let f1 = ten 0 in
  let f4 = f1 1 2 3 in
  let f5 = ten 0 1 2 3 4 in
  let f9 = f5 5 6 7 8 in
  show (f4 4 5 6 7 8 9);
  show (f9 9);
  show (f1 1 2 3 4 5 6 7 8 9);
  List.iter (fun f -> show (f 8 9)) [ f4 4 5 6 7; f5 5 6 7; ten 9 8 7 6 5 4 3 2 ]
