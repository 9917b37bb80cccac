(** Source text that is checked and run in the running program, which may be native code.

    {[
      let env = Eval.create ()
      let () = Eval.define env "scale" Type.int 10
      let f = Eval.eval env Type.(int @-> int) "fun x -> x * scale" (* Ok <fun> *)
    ]}

    Source text is compiled to bytecode, by OCaml's own compiler, which is part of the program. It sees the modules of the
    program whose interfaces are part of the program, too ({!Interfaces}; [bactrian_stdlib.cma] has those of the standard
    library), or are in given directories. The values that it gives are values of the program. *)

(** An environment: what source text has defined, and what it can see. Several do not know of each other. Threads may use
    environments, the same one, too; the compiler works for one of them at a time. *)
type t

(** @param sandbox what source text may name. Default: every module whose interface can be found.
    @param directories folders of [.cmi] files, for interfaces that are not part of the program.
    @param units units that source text sees by their names, in place of others: privately loaded ones, for example.
    @param warnings as the option [-w] of OCaml's compilers, beyond their default.
    @param on_warning gets the warnings, when source text has been checked and before it runs. *)
val create :
  ?sandbox:Sandbox.t ->
  ?directories:string list ->
  ?units:Loader.t list ->
  ?warnings:string ->
  ?on_warning:(Report.t -> unit) ->
  unit ->
  t

(** An environment that begins with what has been defined in this one. What is defined in either from now on is not seen in the
    other. It costs next to nothing: a script that is to be given up later can have an environment of its own. *)
val copy : t -> t

(** {1 Errors} *)

type kind =
  | Syntax
  | Typing  (** As the type checker finds: unbound names, types, missing interfaces, warnings that are errors. *)
  | Forbidden  (** The sandbox does not allow it. *)
  | Linking  (** A module is not part of the program, or has another interface there. *)
  | Raised of { exn : exn; backtrace : string }
      (** The code has raised an exception. [backtrace] is empty if backtraces are not recorded. *)

type error = { kind : kind; report : Report.t }

(** As the compiler prints it; for {!Raised} the exception. *)
val error_to_string : error -> string

(** {1 Evaluation}

    Source text is checked as a whole before anything of it runs. What it defines is there for later source text if it comes
    to its end. [source_name] is what errors and backtraces call it. *)

(** [eval env ty source]: the value of the expression that [source] is; definitions may come before it. *)
val eval : t -> ?source_name:string -> 'a Type.t -> string -> ('a, error) result

(** Definitions and expressions, whose values are not used. *)
val run : t -> ?source_name:string -> string -> (unit, error) result

(** As {!run}: what the toplevel would print about it. *)
val print : t -> ?source_name:string -> string -> (string, error) result

(** [define env name ty value]: source text sees [value] as a variable. [Error] if the name is none. *)
val define : t -> string -> 'a Type.t -> 'a -> (unit, error) result

(** [define_module env name source]: a module with these definitions, as if [source] were in a file. It takes the place of one
    of this name, which source text that has been compiled before goes on to use.
    @param interface source text of its interface. *)
val define_module :
  t -> ?source_name:string -> ?interface:string -> string -> string -> (unit, error) result

(** {1 Units}

    Compilation units in memory: Dynlink and {!Loader} load units that need them. *)

(** Contents of a [.cmo] and its [.cmi]. *)
type compiled = Units.compiled = { implementation : string; interface : string }

(** [compile env name source] compiles a unit as [ocamlc -c] does. It sees the modules that source text sees, and not what has
    been defined.
    @param interface source text of its interface. Without it, if an interface of this name can be seen, the unit is checked
    against that (a plugin that is loaded later may have been compiled against it); otherwise it shows all it defines. *)
val compile : t -> ?source_name:string -> ?interface:string -> string -> string -> (compiled, error) result

(** {!compile}, and {!Loader.load}; afterwards source text sees the unit.
    @raise Dynlink.Error as {!Loader.load} does. *)
val load_unit :
  t -> ?source_name:string -> ?interface:string -> ?tier:Loader.tier -> string -> string -> (Loader.t list, error) result

(** The values that a unit or module exports, and their types, as its interface says; in its order. *)
val values : t -> string -> ((string * string) list, error) result
