(** OCaml as the extension language of OCaml programs, interpreted and native ones: source text that is checked and run while
    the program runs ({!Eval}), and compiled units that are loaded from memory ({!Loader}).

    Programs that use {!Loader} are linked with [dynlink.cma] and [bactrian.cma], in this order, those that use {!Eval} with
    [bactrian_eval.cma], too. They run on Bactrian only. *)

(** Units that are loaded from memory; what is loaded. *)
module Loader = Bactrian__Loader

(** Interfaces that are part of the program. *)
module Interfaces = Bactrian__Interfaces

(**/**)

module Memory = Bactrian__Memory
