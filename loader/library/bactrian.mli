(** OCaml as the extension language of OCaml programs, interpreted and native ones: source text that is checked and run while
    the program runs ({!Eval}), and compiled units that are loaded from memory ({!Loader}).

    Programs that use {!Loader} are linked with [dynlink.cma] and [bactrian.cma], in this order, those that use {!Eval} with
    [bactrian_eval.cma], too. They run on Bactrian only. *)

(** Source text. *)
module Eval = Bactrian__Eval

(** What source text may name. *)
module Sandbox = Bactrian__Sandbox

(** Types as values. *)
module Type = Bactrian__Type

(** What the compiler says. *)
module Report = Bactrian__Report

(** Units that are loaded from memory; what is loaded. *)
module Loader = Bactrian__Loader

(** Interfaces that are part of the program. *)
module Interfaces = Bactrian__Interfaces

(** What functions cost in each tier. *)
module Bench = Bactrian__Bench

(**/**)

module Memory = Bactrian__Memory
module Diagnostics = Bactrian__Diagnostics
module Environment = Bactrian__Environment
module Representation = Bactrian__Representation
module Linking = Bactrian__Linking
module Phrase = Bactrian__Phrase
module Printing = Bactrian__Printing
module Units = Bactrian__Units
