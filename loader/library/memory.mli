(** Files in memory. *)

(** A channel that reads these bytes. *)
val open_string : string -> in_channel

(** A channel that reads the bytecode in the contents of a [.cmo], [.cma] or [.cmxs]; when it is linked, it is interpreted
    (1), run as native code (2), or as it is (0): the native code of a [.cmxs], the bytecode of others.
    @raise Failure if they hold something else. *)
val open_compiled : string -> int -> in_channel
