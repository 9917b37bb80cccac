(** Values and types as the toplevel prints them. *)

open Bactrian__Compiler

(** What the toplevel prints after a phrase, whose last value is given. To be called while the compiler is used with this
    environment, in which the phrase has been defined. *)
val phrase : Environment.t -> Phrase.t -> Obj.t -> string

(** A value's type. *)
val scheme : Env.t -> Types.type_expr -> string
