(* Partial application, application to more arguments than expected, functions of many arguments, labels and options. *)
let add3 a b c = a + (10 * b) + (100 * c)
let many a b c d e f g h i j = [ a; b; c; d; e; f; g; h; i; j ]
let show l = String.concat "," (List.map string_of_int l)

(* Effects show when the body is entered. *)
let noisy a = Printf.printf "<%d>" a; fun b c -> Printf.printf "<%d%d>" b c; a + b + c
let choose n = if n > 0 then fun x y -> x - y else fun x -> let k = x * 2 in fun y -> k + y
let rec compose = function [] -> Fun.id | f :: rest -> fun x -> f (compose rest x)
let apply f x = f x
let flip f x y = f y x
let optional ?(first = 1) ?second ~label last = (first, second, label, last)
let print (a, b, c, d) = Printf.printf "%d %s %d %d\n" a (match b with None -> "-" | Some n -> string_of_int n) c d

let () =
  let p1 = add3 1 in
  let p2 = p1 2 in
  Printf.printf "%d %d %d\n" (p2 3) (p1 5 6) ((add3 7 8) 9);
  print_endline (show (many 1 2 3 4 5 6 7 8 9 10));
  let half = many 1 2 3 4 5 in
  print_endline (show (half 0 0 0 0 0) ^ " " ^ show (half 6 7 8 9 10));
  let n = noisy 1 in
  Printf.printf "%d %d\n" (n 2 3) (noisy 4 5 6);
  Printf.printf "%d %d %d\n" (choose 1 10 3) (choose 0 10 3) ((choose (-1)) 1 1);
  Printf.printf "%d\n" (compose [ succ; ( * ) 2; fun x -> x - 3 ] 10);
  Printf.printf "%d\n" (apply (apply (apply add3 1) 2) 3);
  Printf.printf "%d %d\n" (flip ( - ) 1 10) (flip add3 1 2 3);
  print (optional ~label:3 4);
  print (optional ~second:2 ~label:3 4);
  print (optional ~first:9 ~label:3 ?second:(Some 8) 4);
  print (optional ?first:None 7 ~label:6);
  let partial = optional ~first:5 in
  print (partial ~label:1 0);
  (* A function erases its options when it is passed as an argument. *)
  let apply_label (f : label:int -> int -> _) = f ~label:10 20 in
  print (apply_label (fun ~label last -> optional ~label last));
  List.iter (Printf.printf "%d-%s;" 1) [ "a"; "b" ];
  print_newline ();
  let fs = Array.init 12 (fun i -> fun a b c d -> a + (b * i) + c + (d * i)) in
  print_endline (show (Array.to_list (Array.map (fun f -> f 1 2 3 4) fs)));
  Printf.printf "%d\n" ((fun a b c d e f g -> fun h -> a + b + c + d + e + f + g + h) 1 2 3 4 5 6 7 8);
  (* More arguments than a partial application still wants. *)
  let f x y = fun z w -> (x * 1000) + (y * 100) + (z * 10) + w in
  let g = f 1 in
  Printf.printf "%d %d\n" (g 2 3 4) ((List.nth [ f; (fun _ _ _ w -> w) ] 1) 1 2 3 4)
