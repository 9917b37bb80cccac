(** Source text that is checked in an environment, and becomes code. *)

open Bactrian__Compiler

(** Source text has something that is not allowed in a sandbox. *)
exception Forbidden of Location.t * string

(** What the last expression of source text has to be. *)
type expected =
  | Nothing  (** Anything, or nothing. *)
  | Value of Types.type_expr  (** A value of this type. *)

type t = {
  structure : Typedtree.structure;
  signature : Types.signature;
  typing : Env.t;  (** With what it defines. *)
  lambda : Lambda.lambda;
}

val parse : name:string -> string -> Parsetree.structure
val parse_interface : name:string -> string -> Parsetree.signature
val parse_module_path : string -> Longident.t

(** To be called while the compiler is used with this environment. Raises what the compiler does, and {!Forbidden}. *)
val check : Environment.t -> expected -> Parsetree.structure -> t

(** Raises {!Forbidden} for what is not allowed in the environment's sandbox. *)
val check_allowed : Environment.t -> Parsetree.structure -> unit

val check_allowed_interface : Environment.t -> Parsetree.signature -> unit
