(* What source text in a sandbox tries. Each attempt is good source text without one. *)
open Bactrian

let attempts =
  [
    "Obj.magic 1";
    "Stdlib.Obj.magic 1";
    "Stdlib__Obj.magic 1";
    "let open Stdlib in Obj.magic 1";
    "let open! Stdlib__Marshal in from_string \"\" 0";
    "open Obj;; magic 1";
    "include Obj;; magic 1";
    "let module M = Obj in M.magic 1";
    "let module M = Stdlib__Obj in M.magic 1";
    "module M = Stdlib__Obj;; M.magic 1";
    "let module M = Stdlib in M.Obj.magic 1";
    "let module M = struct include Stdlib end in M.Obj.magic 1";
    "let module F (X : sig end) = Obj in let module M = F (struct end) in M.magic 1";
    "let module F (X : module type of Obj) = X in let module M = F (Obj) in M.magic 1";
    "module type S = module type of Obj;; let module M = (val (module Obj : S)) in M.magic 1";
    "module type S = sig val magic : 'a -> 'b end;; let module M = (val (module Obj : S)) in M.magic 1";
    "let module M : module type of struct include Obj end = Obj in M.magic 1";
    "let module M = struct module rec A : sig val x : int end = struct let x = Obj.magic 1 end end in M.A.x";
    "Seq.(Obj.magic 1)";
    "class c = object method m : int = Obj.magic 1 end;; (new c)#m";
    "let x : Obj.t = assert false in ignore x";
    "type t = Stdlib__Obj.t;; 1";
    "fun ~(x : Obj.t) ?(y : Obj.t option) () -> ignore x; y";
    "function `A -> Obj.magic 2 | `B -> 1";
    "[%extension_constructor Exit] |> Obj.Extension_constructor.id";
    "external magic : 'a -> 'b = \"%identity\";; magic 1";
    "module type S = sig external magic : 'a -> 'b = \"%identity\" end;; 1";
    "let module M = struct external f : int -> string = \"%identity\" end in M.f 1";
    "let module M : sig external f : int -> string = \"%identity\" end = struct external f : int -> string = \"%identity\" end in M.f 1";
    "let open struct external system : string -> int = \"caml_sys_system_command\" end in system \"ls\"";
    "Array.unsafe_get [||] 3";
    "let module A = Array in A.unsafe_get [||] 3";
    "let open Array in unsafe_get [||] 3";
    "let module M = struct include Array end in M.unsafe_get [|1|] 3";
    "module type S = sig val unsafe_get : 'a array -> int -> 'a end;; let module M = (val (module Array : S)) in M.unsafe_get [||] 3";
    "let module F (X : sig val unsafe_get : 'a array -> int -> 'a end) = X in let module M = F (Array) in M.unsafe_get [||] 1";
    "let module F (X : module type of Array) = X in let module M = F (Array) in M.unsafe_get [||] 1";
    "Bytes.unsafe_to_string (Bytes.create 1)";
    "StdLabels.Array.unsafe_get [||] 1";
    "Stdlib.ArrayLabels.unsafe_get [||] 1";
    "Float.Array.unsafe_get (Float.Array.create 1) 3";
    "let module F = struct include Float end in F.Array.unsafe_get (F.Array.create 1) 3";
    "Char.unsafe_chr 1000";
    "open_in \"/etc/passwd\"";
    "Stdlib.open_in \"/etc/passwd\"";
    "let module M = Stdlib in M.open_in \"/etc/passwd\"";
    "let module M = struct include Stdlib end in M.open_in \"/etc/passwd\"";
    "module type S = sig val open_in : string -> in_channel end;; let module M = (val (module Stdlib : S)) in M.open_in \"x\"";
    "exit 3";
    "Stdlib.exit 3";
    "at_exit ignore";
    "input_value stdin";
    "read_line ()";
    "Stdlib.stdout";
    "LargeFile.seek_in";
    "Stdlib.do_at_exit ()";
    "output_string stderr \"x\"";
    "Sys.command \"ls\"";
    "Marshal.from_string \"\" 0";
    "Printexc.get_callstack 10";
    "Gc.compact ()";
    "Callback.register \"x\" 1";
    "In_channel.open_text";
    "Out_channel.stdout";
    "Filename.temp_file \"a\" \"b\"";
    "Effect.perform";
    "Domain.spawn (fun () -> 1)";
    "Scanf.Scanning.open_in";
    "Lexing.engine";
    "Parsing.symbol_start ()";
    "Bigarray.Array1.unsafe_get";
    "Weak.create 1";
    "Format.set_formatter_output_functions";
    "Format.formatter_of_out_channel";
    "CamlinternalOO.copy";
    "CamlinternalLazy.force_lazy_block (lazy 1)";
    "CamlinternalMod.init_mod";
    "let module M = CamlinternalOO in M.copy";
    "CamlinternalFormat.format_of_string_format";
    "Dynlink.loadfile \"x\"";
    "Bactrian.Eval.create ()";
    "Bactrian__Loader.units ()";
    "Escapes.attempts";
    "Api.circle 2.";
  ]

(* These are not escapes. *)
let harmless =
  [
    "List.length [1]";
    "let module M = Map.Make (Int) in M.cardinal M.empty";
    "String.length (Printf.sprintf \"%d%s\" 1 \"x\")";
    "Lazy.force (lazy 3)";
    "match lazy 4 with lazy x -> x";
    "class c = object method m = 4 end;; (new c)#m";
    "let module M = struct module rec A : sig val f : int -> int end = struct let f x = if x = 0 then 1 else B.f (x - 1) end and B : sig val f : int -> int end = struct let f x = A.f x end end in M.A.f 3";
    "Stdlib.List.length (StdLabels.List.map ~f:succ [1])";
    "let exception E in try raise E with E -> 4";
    "int_of_string (Format.asprintf \"%a\" Format.pp_print_int 3)";
    "let o = object val mutable x = 1 method set y = x <- y method get = x end in o#set 7; o#get";
    "Hashtbl.(let t = create 3 in replace t 1 2; find t 1)";
    "Array.(get (make 3 5) 2) + Bytes.length (Bytes.create 3)";
  ]

(* [directories]: of interfaces that are not in the program. *)
let run directories =
  let free = Eval.create ~directories () and sandboxed = Eval.create ~sandbox:Sandbox.safe ~directories () in
  let outcome = function
    | Ok _ -> "accepted"
    | Error ({ kind = Syntax; _ } : Eval.error) -> "bad syntax"
    | Error { kind = Typing; report } -> "ill-typed: " ^ report.message
    | Error { kind = Forbidden; _ } -> "forbidden"
    | Error { kind = Linking; _ } -> "accepted"
    | Error { kind = Raised _; _ } -> "raised"
  in
  let attempt source =
    (* Units are checked and not run. *)
    let without = outcome (Eval.compile free "Attempt" source) in
    if without <> "accepted" then Printf.printf "WITHOUT SANDBOX %s: %s\n" without source;
    let as_unit = outcome (Eval.compile sandboxed "Attempt" source) in
    if as_unit = "accepted" then Printf.printf "ESCAPED as a unit: %s\n" source;
    let phrase = outcome (Eval.run sandboxed source) in
    if phrase = "accepted" || phrase = "raised" then Printf.printf "ESCAPED: %s\n" source
  in
  List.iter attempt attempts;
  let try_harmless source =
    match Eval.eval sandboxed Type.int source with
    | Ok _ -> ()
    | Error error -> Printf.printf "REFUSED: %s\n%s\n" source (Eval.error_to_string error)
  in
  List.iter try_harmless harmless;
  Printf.printf "%d attempts, %d harmless\n" (List.length attempts) (List.length harmless);
  (* A module of the program that is allowed; what is defined for source text. *)
  let extended = Eval.create ~sandbox:(Sandbox.add Sandbox.safe [ "Api" ]) () in
  (match Eval.eval extended Api.shape "Api.circle 2." with
  | Ok shape -> Printf.printf "allowed: %.1f\n" (Api.area shape)
  | Error error -> print_endline (Eval.error_to_string error));
  let without_values = Eval.create ~sandbox:(Sandbox.make ~hidden:[ "Api.ref*"; "Api.twice" ] [ "Api"; "Stdlib" ]) () in
  let report source =
    match Eval.eval without_values Type.float source with
    | Ok n -> Printf.printf "%.1f\n" n
    | Error error -> print_endline (Eval.error_to_string error)
  in
  List.iter report
    [ "Api.(area (circle 1.))"; "Api.refuse \"x\""; "Api.twice"; "List.length []"; "float !Api.counter"; "exit 1" ]
