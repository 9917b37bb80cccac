(** What Dynlink shares with the library Bactrian, which loads from memory, links code that the program has made itself, and
    tells what is loaded. Part of [dynlink.cma]; {!Dynlink} itself uses it (loader/bootstrap/plugins.ts). *)

(** Held while the symbol table is used, and the state of Dynlink. *)
val lock : Mutex.t

(** [open_in_memory name]: a channel for what is to be read instead of the file called [name], if there is something. *)
val open_in_memory : string -> in_channel option

(** [with_file name open_file f] is [f ()]; during it, {!open_in_memory} of [name] gives channels made by [open_file]. *)
val with_file : string -> (unit -> in_channel) -> (unit -> 'a) -> 'a

(** A unit that Dynlink has linked. *)
type linked = {
  descriptor : Dynlink_cmo_format.compilation_unit;
  file : string;  (** The file's name. *)
  code : Digest.t;  (** Digest of file and unit: identifies the unit's code. *)
  is_private : bool;
  slot : int;  (** Number of the global that holds the unit. *)
  start : unit -> Obj.t;  (** The code that initialises the unit. *)
}

(** To be called when a unit has been linked. *)
val add : linked -> unit

(** To be called when units with these descriptors are not to be there after all, since their library could not be loaded. *)
val forget : Dynlink_cmo_format.compilation_unit list -> unit

(** The unit's block, when its initialisation has come to its end. *)
val value : linked -> Obj.t option

(** The units whose initialisation has come to its end, in the order of linking. *)
val all : unit -> linked list
