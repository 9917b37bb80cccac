(* Tail calls of all kinds in constant stack: known and unknown functions, many arguments, through matches, handlers' ends, effects. *)
let rec count n acc = if n = 0 then acc else count (n - 1) (acc + 1)
let rec ping n = if n = 0 then "ping" else pong (n - 1)
and pong n = if n = 0 then "pong" else ping (n - 1)
let rec many a b c d e f g n = if n = 0 then a + b + c + d + e + f + g else many b c d e f g a (n - 1)
let rec growing n k = if n = 0 then k 0 else growing (n - 1) (fun x -> k (x + 1))
let rec by_match l n = match l with [] when n = 0 -> 0 | [] -> by_match [ n ] n | x :: rest -> if x land 1 = 0 then by_match rest (n - 1) else (match rest with [] -> by_match [] (n - 1) | _ -> by_match rest n)
let rec boolean n = n = 0 || (n > 0 && boolean (n - 1))
let rec sequence n = if n > 0 then begin ignore (n * 2); sequence (n - 1) end
let rec after_try n = let r = try if n land 1 = 0 then raise Exit else 1 with Exit -> 2 in if n = 0 then r else after_try (n - 1)
let apply f x y = f x y
let rec through_apply n acc = if n = 0 then acc else apply through_apply (n - 1) (acc + 1)
let rec over n = if n = 0 then fun x -> x else fun x -> over (n - 1) (x + 1)
let rec loop_object o n = if n = 0 then "object" else o#again (n - 1)
class again = object (self) method again n : string = if n = 0 then "object" else self#again (n - 1) end
let rec optional ?(step = 1) n = if n <= 0 then "optional" else optional ~step (n - step)
let rec state_machine s i n = if n = 0 then i else match s with `A -> state_machine `B (i + 1) (n - 1) | `B -> state_machine `C i (n - 1) | `C -> state_machine `A (i * 2 mod 1009) (n - 1)
type _ Effect.t += E : unit Effect.t

let () =
  let n = 1_000_000 in
  Printf.printf "%d %s %d\n" (count n 0) (ping n) (many 1 2 3 4 5 6 7 n);
  Printf.printf "%d %d %b\n" (growing n Fun.id) (by_match [] n) (boolean n);
  sequence n;
  Printf.printf "%d %d %d\n" (after_try n) (through_apply n 0) (over n 0);
  Printf.printf "%s %s %s %d\n" (loop_object (new again) n) (optional n) (optional ~step:3 n) (state_machine `A 1 n);
  let rec effects n = if n = 0 then "effects" else (Effect.perform E; effects (n - 1)) in
  print_endline (match effects 100_000 with s -> s | effect E, k -> Effect.Deep.continue k ());
  (* Continuations passed to continuations. *)
  let rec cps_fib n k = if n < 2 then k n else cps_fib (n - 1) (fun a -> cps_fib (n - 2) (fun b -> k (a + b))) in
  Printf.printf "%d\n" (cps_fib 22 Fun.id)
