open Bactrian__Compiler

type t = { environment : Environment.t; on_warning : Report.t -> unit }

let create ?sandbox ?(directories = []) ?(units = []) ?(warnings = "") ?(on_warning = ignore) () =
  let units = List.map (fun unit -> (Loader.name unit, unit)) units in
  { environment = Environment.create ?sandbox ~directories ~units ~warnings (); on_warning }

(* The compiler's state is shared, and with it the types that it has still to find out: so are the values of these types. *)
let copy t = { t with environment = { t.environment with refused = [] } }

(* ---- Errors ------------------------------------------------------------------------------------------------------------- *)

type kind = Syntax | Typing | Forbidden | Linking | Raised of { exn : exn; backtrace : string }
type error = { kind : kind; report : Report.t }

let error_to_string { report; _ } = Report.to_string report
let plain message : Report.t = { code = None; message; location = None; details = [] }

(* The module that is there, but not for source text in a sandbox. *)
let forbidden_module (t : Environment.t) = function
  | Env.Error (Lookup_error (loc, _, Unbound_module name)) ->
      let last = Longident.last name in
      let is_there unit = Option.is_some (Interfaces.find unit) && not (Environment.allows t unit) in
      if t.sandbox <> None && (List.mem last t.refused || is_there last || is_there ("Stdlib__" ^ last)) then Some (loc, name)
      else None
  | _ -> None

let forbidden loc message =
  { kind = Forbidden; report = { (plain message) with location = Diagnostics.location loc } }

let of_exn (t : Environment.t) warnings exn =
  match exn with
  | Phrase.Forbidden (loc, message) -> Some (forbidden loc message)
  | Linking.Forbidden message -> Some { kind = Forbidden; report = plain message }
  | Linking.Refused message -> Some { kind = Linking; report = plain message }
  | Representation.Unknown message -> Some { kind = Typing; report = plain message }
  | Warnings.Errors ->
      let report = List.find_opt (fun _ -> true) (List.rev warnings) in
      Some { kind = Typing; report = Option.value report ~default:(plain "a warning is an error") }
  | Syntaxerr.Error _ | Lexer.Error _ -> Option.map (fun report -> { kind = Syntax; report }) (Diagnostics.of_exn exn)
  | exn -> (
      match forbidden_module t exn with
      | Some (loc, name) ->
          let name = String.concat "." (Longident.flatten name) in
          Some (forbidden loc (Printf.sprintf "The module %S is not allowed here" name))
      | None -> Option.map (fun report -> { kind = Typing; report }) (Diagnostics.of_exn exn))

(* Do something with the compiler; [use] begins and ends that. *)
let guarded_by use { environment; on_warning } f =
  let outcome, warnings =
    use environment (fun used ->
        let snapshot = Btype.snapshot () in
        let outcome, warnings =
          Diagnostics.during (fun () ->
              match f used with
              | result -> Ok result
              | exception exn -> Error exn)
        in
        match outcome with
        | Ok result -> (Ok result, warnings)
        | Error exn -> (
            let error = of_exn used warnings exn in
            (* What has been unified meanwhile may be types of variables that have been defined before. *)
            Btype.backtrack snapshot;
            match error with
            | Some error -> (Error error, List.filter (fun report -> report <> error.report) warnings)
            | None -> raise exn))
  in
  List.iter on_warning warnings;
  outcome

let guarded t f = guarded_by (fun environment f -> Environment.using environment (fun () -> f environment)) t (fun _ -> f ())

(* ---- Evaluation ------------------------------------------------------------------------------------------------------------ *)

let ( let* ) = Result.bind
let default_name = "(source)"

(* The definitions of a phrase that is done. If it has evaluated other source text here, theirs come first. *)
let commit (t : Environment.t) scope ~base (phrase : Phrase.t) =
  Environment.commit t scope;
  t.typing <- (if t.typing == base then phrase.typing else Env.add_signature phrase.signature t.typing)

let raised (exn, backtrace) =
  { kind = Raised { exn; backtrace }; report = plain ("Exception: " ^ Printexc.to_string exn) }

(* [finish] gets the phrase and its value when the compiler is used again. *)
let perform t ~expected ~finish parse =
  let { environment; _ } = t in
  let* base, scope, phrase, start =
    guarded t (fun () ->
        let base = environment.typing in
        let scope = Environment.scope environment in
        let phrase = Phrase.check environment (expected environment) (parse ()) in
        (base, scope, phrase, Linking.phrase environment scope phrase.lambda))
  in
  let* value = Result.map_error raised (start ()) in
  guarded t (fun () ->
      commit environment scope ~base phrase;
      finish phrase value)

let source ?(source_name = default_name) text () = Phrase.parse ~name:source_name text
let nothing _ = Phrase.Nothing

let eval (type a) t ?source_name (ty : a Type.t) text : (a, error) result =
  let expected environment = Phrase.Value (Representation.type_expr environment ty) in
  perform t ~expected ~finish:(fun _ value : a -> Obj.obj value) (source ?source_name text)

let run t ?source_name text = perform t ~expected:nothing ~finish:(fun _ _ -> ()) (source ?source_name text)

let print t ?source_name text =
  perform t ~expected:nothing ~finish:(Printing.phrase t.environment) (source ?source_name text)

let variable name =
  match Phrase.parse ~name:default_name (Printf.sprintf "let %s = ()" name) with
  | [ { pstr_desc = Pstr_value (_, [ { pvb_pat = { ppat_desc = Ppat_var { txt; _ }; _ }; _ } ]); _ } ] -> txt
  | _ | (exception (Syntaxerr.Error _ | Lexer.Error _)) ->
      raise (Location.Error (Location.errorf "%S is not the name of a variable" name))

let define (type a) ({ environment; _ } as t) name (ty : a Type.t) (value : a) =
  guarded t (fun () ->
      let val_type = Representation.type_expr environment ty in
      let description : Types.value_description =
        { val_type; val_kind = Val_reg; val_loc = Location.none; val_attributes = []; val_uid = Types.Uid.internal_not_actually_unique }
      in
      let id, typing = Env.enter_value (variable name) description environment.typing in
      environment.values <- Environment.Names.add (Translmod.toplevel_name id) (Obj.repr value) environment.values;
      environment.typing <- typing)

(* ---- Modules and units --------------------------------------------------------------------------------------------------- *)

let module_name name =
  if Unit_info.is_unit_name name then name
  else raise (Location.Error (Location.errorf "%S is not the name of a module" name))

let module_definition ~source_name ?interface name text : Parsetree.structure =
  let loc = Location.in_file source_name in
  let structure = Ast_helper.Mod.structure ~loc (Phrase.parse ~name:source_name text) in
  let body =
    match interface with
    | None -> structure
    | Some interface ->
        let signature = Phrase.parse_interface ~name:(source_name ^ " (interface)") interface in
        Ast_helper.Mod.constraint_ ~loc structure (Ast_helper.Mty.signature signature)
  in
  [ Ast_helper.(Str.module_ ~loc (Mb.mk ~loc (Location.mkloc (Some (module_name name)) loc) body)) ]

let define_module t ?source_name ?interface name text =
  let source_name = Option.value source_name ~default:(String.uncapitalize_ascii name ^ ".ml") in
  perform t ~expected:nothing
    ~finish:(fun _ _ -> ())
    (fun () -> module_definition ~source_name ?interface name text)

type compiled = Units.compiled = { implementation : string; interface : string }

let compile t ?source_name ?interface name text =
  let source_name = Option.value source_name ~default:(String.uncapitalize_ascii name ^ ".ml") in
  let interface = Option.map (fun text -> (source_name ^ "i", text)) interface in
  guarded_by Environment.using_blank t (fun blank ->
      Units.compile blank ~unit_name:(module_name name) ?interface ~source_name text)

let load_unit t ?source_name ?interface ?tier name text =
  let* { implementation; interface } = compile t ?source_name ?interface name text in
  let loaded = Loader.load ?tier ~name:(String.uncapitalize_ascii name ^ ".cmo") implementation in
  Hashtbl.replace t.environment.own_interfaces name interface;
  Ok loaded

let values ({ environment; _ } as t) name =
  guarded t (fun () ->
      let env = environment.typing in
      let path, { Types.md_type; _ } = Env.lookup_module ~loc:(Location.in_file name) (Phrase.parse_module_path name) env in
      let one : Types.signature_item -> (string * string) option = function
        | Sig_value (id, _, _) ->
            (* With the types of the module called by their paths. *)
            let { Types.val_type; _ } = Env.find_value (Pdot (path, Ident.name id)) env in
            Some (Ident.name id, Printing.scheme env val_type)
        | _ -> None
      in
      match Mtype.scrape env (Env.scrape_alias env md_type) with
      | Mty_signature signature -> List.filter_map one signature
      | _ -> [])
