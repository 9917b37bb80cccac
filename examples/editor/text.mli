(** The text that is edited: lines, with a way back. *)

type t

(** There is no line of this number. *)
exception No_line of int

val of_string : string -> t
val to_string : t -> string

(** Number of lines; they are numbered from 1. *)
val length : t -> int

(** @raise No_line *)
val line : t -> int -> string

val insert : t -> int -> string -> unit
val delete : t -> int -> unit

(** Replace each line. *)
val map : t -> (string -> string) -> unit

(** Keep the lines that satisfy a predicate. *)
val filter : t -> (string -> bool) -> unit

val iter : t -> (int -> string -> unit) -> unit
val fold : t -> ('a -> string -> 'a) -> 'a -> 'a

(** Do something as one change. If it raises, nothing is changed. *)
val change : t -> (unit -> 'a) -> 'a

(** Take the last change back; false if there is none. *)
val undo : t -> bool
