(* The toplevel without a terminal: what Runtime.eval calls. Linked with OCaml's own toplevel library. *)

let initialise =
  lazy
    (Clflags.debug := true;
     Topcommon.update_search_path_from_env ();
     Compmisc.init_path ();
     Toploop.initialize_toplevel_env ())

let report ppf exn =
  (match Location.error_of_exn exn with
   | Some _ -> Location.report_exception ppf exn
   | None -> Format.fprintf ppf "Exception: %s.@." (Printexc.to_string exn));
  false

let execute ppf phrase =
  match Toploop.execute_phrase true ppf phrase with
  | ok -> ok
  | exception exn -> report ppf exn

(* Executes phrases until one fails: whether all went well, and what the toplevel says. *)
let eval source =
  Lazy.force initialise;
  let buffer = Buffer.create 256 in
  let ppf = Format.formatter_of_buffer buffer in
  Location.formatter_for_warnings := ppf;
  let lexbuf = Lexing.from_string source in
  Location.init lexbuf "//toplevel//";
  Location.input_lexbuf := Some lexbuf;
  Location.reset ();
  let ok =
    match !Toploop.parse_use_file lexbuf with
    | phrases -> List.for_all (execute ppf) phrases
    | exception exn -> report ppf exn
  in
  Format.pp_print_flush ppf ();
  Format.print_flush ();
  Format.eprintf "@?";
  (ok, Buffer.contents buffer)

(* Loads a .cmo or .cma, as #load does. *)
let load file =
  Lazy.force initialise;
  let buffer = Buffer.create 256 in
  let ppf = Format.formatter_of_buffer buffer in
  let ok =
    match Toploop.load_file ppf file with
    | ok -> ok
    | exception exn -> report ppf exn
  in
  Format.pp_print_flush ppf ();
  (ok, Buffer.contents buffer)

let () =
  Callback.register "Bactrian.eval" eval;
  Callback.register "Bactrian.load" load
