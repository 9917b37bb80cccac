(** What source text may name.

    Modules that are not allowed cannot be reached in any way: the type checker does not find their interfaces, whatever alias,
    functor or path leads to them. Source text in a sandbox declares no [external]s. Its code is linked with allowed units
    only. Memory is safe as long as the allowed modules are. Time and memory are not limited. *)
type t

(** [make modules]: these modules. Those of the standard library are called ["Stdlib.List"]; ["Stdlib"] is the initially
    opened module; others are called as their units.

    In modules of the standard library, values whose names start with [unsafe_] are not there.

    @param hidden values that are not there either, such as ["Stdlib.open_in"] or ["Api.debug"]; a name that ends with [*]
    stands for all that begin so. *)
val make : ?hidden:string list -> string list -> t

(** The modules of the standard library that compute, without access to files, processes, representations of values, the
    collector, threads, or what the program has registered. Source text may print to standard output and error. *)
val safe : t

(** [add sandbox modules]: these modules, too. *)
val add : t -> string list -> t

(** {1 What it allows} *)

(** Whether the interface of a unit can be seen. *)
val allows : t -> unit_name:string -> bool

(** Whether a value of a unit is hidden; [path]: the modules in the unit that lead to it. *)
val hides : t -> unit_name:string -> path:string list -> string -> bool
