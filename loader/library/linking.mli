(** Code that has just been made becomes part of the program. *)

open Bactrian__Compiler

(** Code cannot be linked: why. *)
exception Refused of string

(** Code needs what the sandbox does not allow. *)
exception Forbidden of string

(** Whether code may be linked that refers to these: raises if not. *)
val check : Environment.t -> (Cmo_format.reloc_info * int) list -> unit

(** A phrase as a function, to be called once, when the compiler is not used any more: the value of its last item, or the
    exception that it has raised, with the backtrace, if backtraces are recorded. Raises {!Refused}, {!Forbidden}. *)
val phrase : Environment.t -> Environment.scope -> Lambda.lambda -> unit -> (Obj.t, exn * string) result
