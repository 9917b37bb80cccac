(** What the compiler says about source text. *)

type position = {
  line : int;  (** From 1. *)
  column : int;  (** In bytes, from 0. *)
}

type location = {
  source : string;  (** Name of the source text. *)
  first : position;
  last : position;  (** After its last character. *)
}

type t = {
  code : string option;  (** For warnings: number and name, such as ["26 [unused-var]"]; for alerts: their name. *)
  message : string;
  location : location option;
  details : (string * location option) list;  (** Further messages: where something was defined, what to try. *)
}

(** As the compiler prints it, in several lines: the place, the message, the details. *)
val to_string : t -> string
