(** Discrete Fourier transforms of 2{^n} points. *)

exception Wrong_length of int

(** @raise Wrong_length unless the length is a power of two. *)
val transform : Complex.t array -> Complex.t array

val inverse : Complex.t array -> Complex.t array

(** [sample n f] are n values of f from 0 to 1. *)
val sample : int -> (float -> float) -> Complex.t array

(** The frequencies whose amplitude is more than [threshold], with it. *)
val peaks : ?threshold:float -> Complex.t array -> (int * float) list

(** [convolve a b] by three transforms; as long as the longer one. *)
val convolve : Complex.t array -> Complex.t array -> Complex.t array
