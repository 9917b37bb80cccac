(** Units that are loaded from memory, and what is loaded.

    Dynlink loads files; this loads the same from strings, with the same checks, into the same program: either can load what
    needs units that the other has loaded. *)

(** How code is run. *)
type tier =
  | Interpreted
  | Native  (** As WebAssembly. *)

(** A unit of the running program. *)
type t

(** [load contents] links and initialises what a [.cmo], [.cma] or [.cmxs] file with these contents holds, and gives its units.

    @param tier how it is to run. Default: as it is, native code for a [.cmxs], bytecode for others. With [Native], bytecode is
    compiled now, with the compiler that is part of Bactrian; the first time it is loaded, which takes half a second and lets
    other threads run. Where there is no compiler, this fails.
    @param name what errors call it.
    @param is_private load it as [Dynlink.loadfile_private] does: units that are loaded later do not see it.
    @raise Dynlink.Error as [Dynlink.loadfile] does; with [Cannot_open_dynamic_library] for what is no compiled OCaml code. *)
val load : ?tier:tier -> ?name:string -> ?is_private:bool -> string -> t list

(** The units of the program, and those that have been loaded, by {!load} or by Dynlink, in the order of loading. *)
val units : unit -> t list

(** {1 Units} *)

val name : t -> string
val tier : t -> tier

(** The file that it comes from; for those of the program: the program. *)
val file : t -> string

(** Whether it is of the program itself. *)
val is_initial : t -> bool

(** Whether it has been loaded privately. *)
val is_private : t -> bool

(** Digest of its interface, as [ocamlobjinfo] shows it; [None] if the program does not say. *)
val interface : t -> Digest.t option

(** Digest of its implementation; [None] for units of the program, which are not linked by it. *)
val implementation : t -> Digest.t option

(** The interfaces that it has been compiled against, its own included; [None] for those whose contents have not been used.
    Empty for units of the program. *)
val imports : t -> (string * Digest.t option) list

(**/**)

(** The unit's block. *)
val block : t -> Obj.t option

(** The interfaces that the program was compiled against. *)
val program_interfaces : unit -> (string * Digest.t option) list

(** Digest of the interface of a unit that is not private, if it is known. *)
val interface_of : string -> Digest.t option
