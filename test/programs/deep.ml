(* Depth: recursion of a million levels, stack overflow caught and recovered from, deep data, deep comparison. *)
type t = Z | S of t
let rec build n acc = if n = 0 then acc else build (n - 1) (S acc)
let rec depth = function Z -> 0 | S t -> 1 + depth t
let rec copy = function Z -> Z | S t -> S (copy t)
let rec endless n = 1 + endless (n + 1)
let rec map f = function [] -> [] | x :: l -> let y = f x in y :: map f l
let rec sum = function [] -> 0 | x :: l -> x + sum l

let () =
  let deep = build 1_000_000 Z in
  Printf.printf "%d %b\n" (depth deep) (copy deep = deep);
  Printf.printf "%d\n" (compare deep (build 999_999 Z));
  Printf.printf "%d\n" (sum (map succ (List.init 500_000 Fun.id)));
  for _ = 1 to 3 do match endless 0 with _ -> () | exception Stack_overflow -> print_endline "overflow" done;
  let s = Marshal.to_string deep [] in
  Printf.printf "%d %b\n" (String.length s) ((Marshal.from_string s 0 : t) = deep);
  ignore (Hashtbl.hash deep);
  Gc.full_major ();
  let rec with_handlers n = if n = 0 then raise Exit else try with_handlers (n - 1) with Not_found -> 1 in
  (try ignore (with_handlers 100_000) with Exit -> print_endline "exit");
  let r = ref [] in
  for i = 1 to 1_000_000 do r := i :: !r done;
  Printf.printf "%d %d\n" (List.fold_left ( + ) 0 (List.rev_map (fun x -> x land 7) !r)) (List.length (List.map succ !r));
  Printf.printf "%d\n" (String.length (String.concat "" (List.map (fun _ -> "x") !r)))
