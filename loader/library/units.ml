open Bactrian__Compiler

type compiled = { implementation : string; interface : string }

(* ---- Interfaces ------------------------------------------------------------------------------------------------------------- *)

(* A .cmi (file_formats/cmi_format.ml): magic number, name and signature; the digest of that, and those of the interfaces that
   it needs; flags. *)
let interface_contents ~unit_name signature =
  let saved = Subst.signature Make_local (Subst.for_saving Subst.identity) signature in
  Subst.reset_for_saving ();
  Btype.cleanup_abbrev ();
  let contents = Config.cmi_magic_number ^ Marshal.to_string (unit_name, saved) [] in
  let others = List.filter (fun (name, _) -> name <> unit_name) (Env.imports ()) in
  let crcs = (unit_name, Some (Digest.string contents)) :: others in
  let flags : Cmi_format.pers_flags list = [ Alerts Misc.Stdlib.String.Map.empty ] in
  contents ^ Marshal.to_string crcs [] ^ Marshal.to_string flags []

let own_digest ~unit_name contents =
  let cmi = Environment.decode ~filename:unit_name contents in
  Option.join (List.assoc_opt unit_name cmi.cmi_crcs)

(* ---- Implementations ----------------------------------------------------------------------------------------------------------- *)

let bytes_of_code code = String.init (Bigarray.Array1.dim code) (Bigarray.Array1.get code)

let offset_bytes n =
  let bytes = Bytes.create 4 in
  Bytes.set_int32_be bytes 0 (Int32.of_int n);
  Bytes.to_string bytes

(* A .cmo (file_formats/cmo_format.mli). *)
let object_contents ~unit_name ~imports ~required_globals instructions =
  let code, relocations, events = Emitcode.to_memory instructions in
  let code = bytes_of_code code in
  let directories : string list = [] in
  let debug = Marshal.to_string events [] ^ Marshal.to_string directories [] in
  let start = String.length Config.cmo_magic_number + 4 in
  let unit : Cmo_format.compilation_unit =
    {
      cu_name = Compunit unit_name;
      cu_pos = start;
      cu_codesize = String.length code;
      cu_reloc = relocations;
      cu_imports = imports;
      cu_required_compunits =
        List.map (fun id -> Cmo_format.Compunit (Ident.name id)) (Ident.Set.elements required_globals);
      cu_primitives = List.map Primitive.byte_name !Translmod.primitive_declarations;
      cu_force_link = false;
      cu_debug = start + String.length code;
      cu_debugsize = String.length debug;
    }
  in
  Btype.cleanup_abbrev ();
  let descriptor = Marshal.to_string unit [] in
  let position = start + String.length code + String.length debug in
  (relocations, String.concat "" [ Config.cmo_magic_number; offset_bytes position; code; debug; descriptor ])

(* ---- Units ----------------------------------------------------------------------------------------------------------------------- *)

type declared = Declared of { contents : string; signature : Types.signature; source : string } | Inferred

let declared (t : Environment.t) ~unit_name interface =
  match interface with
  | Some (name, source) ->
      let parsed = Phrase.parse_interface ~name source in
      Phrase.check_allowed_interface t parsed;
      let signature = (Typemod.type_interface t.typing parsed).sig_type in
      Declared { contents = interface_contents ~unit_name signature; signature; source = name }
  | None -> (
      match Environment.interface t unit_name with
      | None -> Inferred
      | Some contents -> (
          match (Env.find_module (Pident (Ident.create_persistent unit_name)) Env.empty).md_type with
          | Mty_signature signature -> Declared { contents; signature; source = String.uncapitalize_ascii unit_name ^ ".cmi" }
          | _ -> Inferred))

let compile (t : Environment.t) ~unit_name ?interface ~source_name source =
  let parsed = Phrase.parse ~name:source_name source in
  Phrase.check_allowed t parsed;
  Typecore.reset_delayed_checks ();
  Env.reset_required_globals ();
  let declared = declared t ~unit_name interface in
  Env.set_current_unit (Unit_info.make ~check_modname:false ~source_file:source_name Unit_info.Impl unit_name);
  Fun.protect ~finally:Env.reset_cache (fun () ->
      let structure, signature, names, shape, typing = Typemod.type_structure t.typing parsed in
      let inferred = Typemod.Signature_names.simplify typing names signature in
      let goal, described =
        match declared with
        | Declared { signature; source; _ } -> (signature, source)
        | Inferred -> (inferred, "(inferred signature)")
      in
      let coercion, _ = Includemod.compunit t.typing ~mark:true source_name signature described goal shape in
      let contents =
        match declared with
        | Declared { contents; _ } -> contents
        | Inferred ->
            Typemod.check_nongen_signature typing inferred;
            interface_contents ~unit_name inferred
      in
      Typecore.force_delayed_checks ();
      let { Lambda.code; required_globals; _ } = Translmod.transl_implementation unit_name (structure, coercion) in
      Warnings.check_fatal ();
      let instructions = Bytegen.compile_implementation unit_name (Simplif.simplify_lambda code) in
      let others = List.filter (fun (name, _) -> name <> unit_name) (Env.imports ()) in
      let imports = (unit_name, own_digest ~unit_name contents) :: others in
      let relocations, implementation = object_contents ~unit_name ~imports ~required_globals instructions in
      Linking.check t relocations;
      { implementation; interface = contents })
