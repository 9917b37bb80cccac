(** Dense matrices of floats. *)

type t = { rows : int; columns : int; data : float array }

(** No unique solution; the column where elimination stopped. *)
exception Singular of int

val init : int -> int -> (int -> int -> float) -> t
val identity : int -> t
val get : t -> int -> int -> float
val map : (float -> float) -> t -> t

(** @raise Invalid_argument if the sizes do not fit, as {!solve} does. *)
val multiply : t -> t -> t

(** By repeated squaring. *)
val power : t -> int -> t

(** [solve a b] is x with a x = b. @raise Singular *)
val solve : t -> t -> t

val print : Format.formatter -> t -> unit
