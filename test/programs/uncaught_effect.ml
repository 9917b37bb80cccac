(* Ends with an effect that nobody handles, performed below a handler for another one. *)
type _ Effect.t += Known : int Effect.t | Unknown : string -> unit Effect.t

let () =
  match Printf.printf "%d\n" (Effect.perform Known); Effect.perform (Unknown "x") with
  | () -> print_endline "returned"
  | effect Known, k -> Effect.Deep.continue k 1
