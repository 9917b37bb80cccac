(* Records of doubles of which some wait, unboxed, for one that comes from a handler of effects: native code is left meanwhile,
   and its frame boxes them when the interpreter returns to it. *)
type _ Effect.t += Tell : string -> unit Effect.t | Ask : float -> float Effect.t
type t = { a : float; b : float; c : float }

let show x = Printf.sprintf "{%h %h %h}" x.a x.b x.c
let told = ref []

let handled f =
  match f () with
  | x -> x
  | effect (Tell what), k ->
      told := what :: !told;
      Effect.Deep.continue k ()
  | effect (Ask x), k -> Effect.Deep.continue k (x +. 0.5)

let changed x =
  show
    {
      (Sys.opaque_identity { a = 0.; b = 1.; c = x }) with
      a = (match Sys.opaque_identity 3. with _ -> 4611686018427387904. | effect (Tell _), k -> Effect.Deep.continue k ());
    }

let asked x =
  let y = Sys.opaque_identity x in
  show { (Sys.opaque_identity { a = y; b = y *. 2.; c = y +. 1. }) with b = handled (fun () -> Effect.perform (Ask y)) }

let () =
  for i = 1 to 5 do
    let x = float_of_int i in
    print_endline (handled (fun () -> changed x));
    print_endline (asked x);
    print_endline (handled (fun () -> Effect.perform (Tell (string_of_int i)); changed (Effect.perform (Ask x))))
  done;
  print_endline (String.concat " " !told)
