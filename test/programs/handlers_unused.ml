(* Handlers that nothing raises to, and primitives inside handlers whose first operand is a constant of every kind. *)
let unused x y = try 0 with _ -> x + y
let unused_in_loop n =
  let total = ref 0 in
  for i = 1 to n do
    total := !total + (try i with Not_found -> n | Exit -> !total)
  done;
  !total
let nested f x = try (try x with Not_found -> f x) with Exit -> f (f x)
let first_of_none i = try string_of_int [||].(i) with Invalid_argument s -> s
let large i = try Hashtbl.hash (1_000_000_007, i) land String.length (string_of_int 1_000_000_007) with Exit -> i
let compared x = try compare [||] x + compare min_int (Array.length x) with Failure _ -> 7

let () =
  Printf.printf "%d %d %d\n" (unused 1 2) (unused_in_loop 10) (nested succ 5);
  Printf.printf "%s %d %d\n" (first_of_none 0) (large 3) (compared [| 1; 2 |])
