(** The editor's commands: those that scripts define, and which script each is of. *)

type command = Text.t -> string list -> unit

(** For scripts: there is a command of this name from now on. *)
val define : string -> doc:string -> command -> unit

(** {1 For the editor} *)

(** Do something by which a script defines its commands. They take the place of those that it had, if it does not raise. *)
val loading : string -> (unit -> unit) -> unit

(** Take a script's commands away; false if it has none. *)
val unload : string -> bool

val find : string -> command option

(** Name, script, and what it does. *)
val list : unit -> (string * string * string) list
