(* Exceptions: raised and caught in loops, through several frames, with arguments, and by library functions.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

exception Found of int
exception Stop

let first_divisor n =
  try
    for d = 2 to n - 1 do
      if n mod d = 0 then raise_notrace (Found d)
    done;
    n
  with Found d -> d

let rec deep n = if n = 0 then raise (Found 17) else 1 + deep (n - 1)

let product l =
  try List.fold_left (fun p x -> if x = 0 then raise Stop else (p * x) land 0xffffff) 1 l with Stop -> 0

let rec nested n =
  if n = 0 then raise Not_found
  else
    try nested (n - 1) with
    | Stop -> n
    | Not_found when n mod 3 = 0 -> raise Stop
    | Found x -> x

let parsed s = match int_of_string s with n -> n | exception Failure _ -> -1
let divided a b = try a / b with Division_by_zero -> 0
let element a i = try a.(i) with Invalid_argument _ -> 0
let finished = ref 0
let protected f = Fun.protect ~finally:(fun () -> incr finished) f

let round seed =
  let sum = ref 0 and numbers = [| 3; 5; 7 |] in
  for i = seed to seed + 250 do
    sum := !sum + first_divisor (i + 101);
    sum := !sum + (try deep (i land 31) with Found n -> n);
    sum := !sum + product [ i; i + 1; i land 7; 5; 6 ];
    sum := !sum + (try nested (3 + (i land 7)) with Stop | Not_found -> 1);
    sum := !sum + parsed (if i land 1 = 0 then "12" else "1x2") + divided i (i land 1) + element numbers (i land 7);
    sum := !sum + (try protected (fun () -> if i land 3 = 0 then raise Exit else i) with Exit -> 2)
  done;
  !sum

let () =
  let sum = ref 0 in
  for i = 1 to 4 * size do
    for j = 1 to 16 do
      sum := (!sum + round ((i * j) land 0x3ff)) land 0xffffffff
    done
  done;
  Printf.printf "exceptions %d %d\n" !sum !finished
