(** Source text that becomes a compilation unit. *)

(** Contents of the [.cmo] and the [.cmi] of a unit. *)
type compiled = { implementation : string; interface : string }

(** To be called while the compiler is used with this environment, in which nothing has been defined (what phrases have defined
    cannot be seen from a unit), and which is given up afterwards. Raises what the compiler does, and {!Phrase.Forbidden},
    {!Linking.Forbidden}, {!Linking.Refused}.

    @param interface source text of the interface. Without it, the unit has the interface that can be seen under its name, or
    else all that it defines. *)
val compile : Environment.t -> unit_name:string -> ?interface:string * string -> source_name:string -> string -> compiled
