(** Interfaces that are part of the program: what its source text and its loaded units can be checked against without files.

    [bactrian embed] writes the unit that adds them: [bactrian embed -o interfaces.ml api.cmi]. Those of the standard library
    are in [bactrian_stdlib.cma]. *)

(** [add name contents]: the interface of the unit called [name] is that of a [.cmi] file with these contents. It takes the
    place of one that has been added before. *)
val add : string -> string -> unit

(** The contents of the [.cmi] of a unit. *)
val find : string -> string option

(** The units whose interfaces have been added, sorted. *)
val units : unit -> string list
