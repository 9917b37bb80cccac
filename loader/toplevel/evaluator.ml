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

external set_channel_name : in_channel -> string -> unit = "caml_ml_set_channel_name"

(* The units of a .cmo, .cma or .cmxs; none of other files. *)
let units file : Cmo_format.compilation_unit list =
  In_channel.with_open_bin file (fun ic ->
      set_channel_name ic "native plugin"; (* reads the .cmo or .cma in it: loader/bootstrap/plugins.ts *)
      let magic = really_input_string ic (String.length Config.cmo_magic_number) in
      let descriptor () =
        seek_in ic (input_binary_int ic);
        input_value ic
      in
      if magic = Config.cmo_magic_number then [ descriptor () ]
      else if magic = Config.cma_magic_number then (descriptor () : Cmo_format.library).lib_units
      else [])

(* The digest of an interface of the load path. *)
let interface_crc name =
  match Cmi_format.read_cmi (Load_path.find_normalized (name ^ ".cmi")) with
  | { cmi_crcs; _ } -> Option.join (List.assoc_opt name cmi_crcs)
  | exception (Not_found | Sys_error _ | End_of_file | Failure _ | Cmi_format.Error _) -> None

(* Env.import_crcs takes the first digest that it sees of an interface for the right one. So that a damaged unit does not
   make the session refuse the interface itself later, the interface comes first. *)
let know_interfaces file =
  let known = Env.imports () in
  let know (name, crc) =
    if crc <> None && Option.join (List.assoc_opt name known) = None then
      match interface_crc name with
      | Some _ as crc -> Env.import_crcs ~source:(name ^ ".cmi") [ (name, crc) ]
      | None -> ()
  in
  match units (Load_path.find file) with
  | units -> List.iter (fun (unit : Cmo_format.compilation_unit) -> List.iter know unit.cu_imports) units
  | exception (Not_found | Sys_error _ | End_of_file | Failure _) -> ()

(* What a file defines that cannot be loaded is not there, not even when relocating its code fails half way. *)
let load_or_forget load file =
  know_interfaces file;
  let state = Symtable.current_state () in
  try load file
  with exn ->
    Symtable.hide_additions state;
    raise exn

(* Loads a .cmo, .cma or .cmxs, as #load does. *)
let load file =
  Lazy.force initialise;
  let buffer = Buffer.create 256 in
  let ppf = Format.formatter_of_buffer buffer in
  let ok =
    match load_or_forget (Toploop.load_file ppf) file with
    | ok -> ok
    | exception exn -> report ppf exn
  in
  Format.pp_print_flush ppf ();
  (ok, Buffer.contents buffer)

let () =
  List.iter
    (fun name ->
      match Toploop.get_directive name, Toploop.get_directive_info name with
      | Some (Directive_string load), Some info ->
          Toploop.add_directive name (Directive_string (load_or_forget load)) info
      | _ -> ())
    [ "load"; "load_rec" ];
  Callback.register "Bactrian.eval" eval;
  Callback.register "Bactrian.load" load
