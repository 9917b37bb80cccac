(** What the compiler says, as {!Report}s. *)

open Bactrian__Compiler

(** What an exception of the compiler means; [None]: it is none of the compiler's. *)
val of_exn : exn -> Report.t option

(** [during f]: the result of [f], and the warnings meanwhile. *)
val during : (unit -> 'a) -> 'a * Report.t list

(** A text that is printed into a string, as the compiler prints messages, in lines of [margin] columns. *)
val to_string : ?margin:int -> (Format.formatter -> unit) -> string

val location : Location.t -> Report.location option
