(* A float that is read from a constant record stays unboxed until native code is left by an effect, which boxes it. *)
type _ Effect.t += Tell : string -> unit Effect.t
type t = { a : float; b : float; c : float }

let f () =
  let first = 1.5 in
  let second = ({ a = 0.; b = 2.5; c = 0. } : t).b in
  let third = Effect.perform (Tell ""); 0. in
  { a = first; b = second; c = third }

let () =
  match f () with
  | { a; b; c } -> Printf.printf "%h %h %h\n" a b c
  | effect (Tell _), k -> Effect.Deep.continue k ()
