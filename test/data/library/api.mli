(* What the program shows to source text. *)

type shape

val shape : shape Bactrian.Type.t
val circle : float -> shape
val area : shape -> float

exception Refused of string

val refuse : string -> 'a
val commands : (string, int -> int) Hashtbl.t
val commands_type : (string, int -> int) Hashtbl.t Bactrian.Type.t
val polymorphic : 'a list
val twice : (int -> int) -> int -> int
val counter : int ref
