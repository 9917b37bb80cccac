(* META files of findlib: packages, what they require and what there is to load
   (http://projects.camlcity.org/projects/dl/findlib-1.9.6/doc/ref-html/r719.html). *)

type definition
type t = { definitions : definition list; packages : (string * t) list }

(* What is wrong, and the line. *)
exception Syntax of string * int

(* Raises Syntax. *)
val parse : string -> t

(* A variable's value where these predicates hold: that of the first of the most special definitions, then what is added. *)
val lookup : t -> string -> string list -> string option

(* The words of a value. *)
val words : string -> string list
