(** The compiler's state for one environment: the interfaces that its source text can see, what has been defined, and where
    code finds the values of that. *)

open Bactrian__Compiler

module Names : Map.S with type key = string

type t = {
  store : Local_store.store;
  mutable typing : Env.t;  (** What has been defined. *)
  mutable values : Obj.t Names.t;  (** The values of that, by the names that the compiler gives them in code. *)
  sandbox : Sandbox.t option;
  own_interfaces : (string, string) Hashtbl.t;  (** Contents of the [.cmi] of units that have been made here. *)
  directories : string list;  (** Where [.cmi] files are looked for, too. *)
  units : (string * Loader.t) list;  (** Units that are seen in place of those of the program. *)
  mutable warnings : Warnings.state;
  mutable refused : string list;  (** Units that the sandbox has refused during the present use. *)
}

(** An environment in which nothing has been defined. *)
val create : ?sandbox:Sandbox.t -> directories:string list -> units:(string * Loader.t) list -> warnings:string -> unit -> t

(** Use the compiler with an environment. Only one thread does at a time; code must not be run meanwhile. *)
val using : t -> (unit -> 'a) -> 'a

(** Use the compiler with an environment like this one, in which nothing has been defined, and which is given up afterwards. *)
val using_blank : t -> (t -> 'a) -> 'a

(** {1 Interfaces} *)

(** The contents of the [.cmi] of a unit, if it can be seen. *)
val interface : t -> string -> string option

(** What a [.cmi] says. *)
val decode : filename:string -> string -> Cmi_format.cmi_infos

(** [false] if a unit is not to be seen. *)
val allows : t -> string -> bool

(** {1 Values} *)

(** The block of a unit. *)
val unit_block : t -> string -> Obj.t option

(** The value of an address, if it is there. *)
val value : t -> Env.address -> Obj.t option

(** The values that one piece of code sees: those that were there when it was checked, and its own, which nobody else sees
    before it is done. *)
type scope

val scope : t -> scope

(** What code finds in place of the toplevel's unit: how it reads and writes values. *)
val access : scope -> Obj.t

(** The code is done: its values are there for all. *)
val commit : t -> scope -> unit
