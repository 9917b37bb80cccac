(** {!Type}s as the type checker has them. *)

open Bactrian__Compiler

(** A {!Type.named} that does not name itself: why. *)
exception Unknown of string

(** To be called while the compiler is used with this environment. *)
val type_expr : Environment.t -> 'a Type.t -> Types.type_expr
