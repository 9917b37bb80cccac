(* A unit whose implementation the program makes. *)

val answer : int
val apply : (int -> int) -> int
