(** What Dynlink is to know of Bactrian. OCaml's Dynlink calls it where loader/bootstrap/plugins.ts has changed it. All of
    this means nothing to OCaml's own runtime, under which programs that are linked with this library start as well. *)

(** Whether the program has been started as native code. *)
val is_native : bool

(** The file that a program of this kind loads: OCaml's two libraries in one. *)
val adapt_filename : string -> string

(** The file itself, or, where it does not exist, the form of it that does: [.cmxs] for [.cmo] and [.cma], [.cma] or [.cmo]
    for [.cmxs]. This is said on standard error unless the environment has BACTRIAN_WARNINGS=0. *)
val existing_form : string -> string

(** A channel that reads a [.cmo] or [.cma], of memory or a file, or the one in a native plugin. Raises Sys_error, and Failure
    for plugins that cannot be used. *)
val open_code : string -> in_channel

(** From now on the channel gives marshalled values as strings of bytes: debug data, which are read when they are needed. OCaml's
    own runtime goes on giving values. *)
val leave_values_marshalled : in_channel -> unit

(** The implementations that the units of a file need, by name: the digests of the files that they come from and of their names
    ([bactrian compile --requires]). *)
val requirements : in_channel -> (string * Digest.t) list

(** The linker of the toplevel that the program is, or holds. *)
type toplevel = {
  current_state : unit -> Obj.t;  (** Symtable.current_state *)
  restore_state : Obj.t -> unit;  (** Symtable.restore_state *)
  interfaces : unit -> (string * Digest.t option) list;  (** Env.imports *)
  import : string -> (string * Digest.t option) list -> unit;
      (** Env.import_crcs: files and the interfaces that they were compiled with *)
}

(** None where there is no toplevel (yet). *)
val toplevel : unit -> toplevel option
