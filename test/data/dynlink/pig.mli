(* An interface that the host knows, without an implementation. *)
type t = int
