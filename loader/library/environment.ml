open Bactrian__Compiler

module Names = Map.Make (String)

type t = {
  store : Local_store.store;
  mutable typing : Env.t;
  mutable values : Obj.t Names.t;
  sandbox : Sandbox.t option;
  own_interfaces : (string, string) Hashtbl.t;
  directories : string list;
  units : (string * Loader.t) list;
  mutable warnings : Warnings.state;
  mutable refused : string list;
}

(* ---- Interfaces ------------------------------------------------------------------------------------------------------- *)

let read_file file = In_channel.with_open_bin file In_channel.input_all

let in_directories directories name =
  let file directory = Filename.concat directory (String.uncapitalize_ascii name ^ ".cmi") in
  let capitalised directory = Filename.concat directory (name ^ ".cmi") in
  List.find_opt Sys.file_exists (List.concat_map (fun d -> [ file d; capitalised d ]) directories)

(* File name, and contents. *)
let find_interface t name =
  match Hashtbl.find_opt t.own_interfaces name with
  | Some contents -> Some ("(made here)", contents)
  | None -> (
      match Interfaces.find name with
      | Some contents -> Some ("(embedded)", contents)
      | None -> Option.map (fun file -> (file, read_file file)) (in_directories t.directories name))

let allows t unit_name =
  match t.sandbox with
  | None -> true
  | Some sandbox -> Hashtbl.mem t.own_interfaces unit_name || Sandbox.allows sandbox ~unit_name

(* File name and contents of what can be seen. *)
let visible_interface t name =
  if allows t name then find_interface t name
  else begin
    t.refused <- name :: t.refused;
    None
  end

let interface t name = Option.map snd (visible_interface t name)

let decode ~filename contents =
  let magic = Config.cmi_magic_number in
  if not (String.starts_with ~prefix:magic contents) then raise Cmi_format.(Error (Not_an_interface filename));
  let ic = Memory.open_string contents in
  Fun.protect
    ~finally:(fun () -> close_in ic)
    (fun () ->
      seek_in ic (String.length magic);
      try Cmi_format.input_cmi ic with End_of_file | Failure _ -> raise Cmi_format.(Error (Corrupted_interface filename)))

(* ---- What a sandbox leaves of an interface ---------------------------------------------------------------------------- *)

(* No source text can name it, and the values after it keep their places in the module's block. *)
let hide_ident id = Ident.create_local ("(hidden) " ^ Ident.name id)

let rec restrict sandbox ~unit_name ~path items =
  let item (item : Types.signature_item) : Types.signature_item option =
    match item with
    | Sig_value (id, description, visibility) when Sandbox.hides sandbox ~unit_name ~path (Ident.name id) -> (
        match description.val_kind with
        | Val_prim _ -> None (* these have no place *)
        | _ -> Some (Sig_value (hide_ident id, description, visibility)))
    | Sig_module (id, Mp_present, ({ md_type = Mty_signature inner; _ } as declaration), recursive, visibility) ->
        let inner = restrict sandbox ~unit_name ~path:(path @ [ Ident.name id ]) inner in
        Some (Sig_module (id, Mp_present, { declaration with md_type = Mty_signature inner }, recursive, visibility))
    | Sig_module (_, Mp_absent, { md_type = Mty_alias (Pident unit); _ }, _, _)
      when Ident.persistent unit && not (Sandbox.allows sandbox ~unit_name:(Ident.name unit)) ->
        None (* these have no place either *)
    | item -> Some item
  in
  List.filter_map item items

let load t ~unit_name : Persistent_env.Persistent_signature.t option =
  Option.map
    (fun (filename, contents) : Persistent_env.Persistent_signature.t ->
      let cmi = decode ~filename contents in
      let cmi =
        match t.sandbox with
        | None -> cmi
        | Some sandbox -> { cmi with cmi_sign = restrict sandbox ~unit_name ~path:[] cmi.cmi_sign }
      in
      { filename; cmi; visibility = Visible })
    (visible_interface t unit_name)

(* ---- Values ------------------------------------------------------------------------------------------------------------ *)

(* Names of modules, classes and exceptions have a stamp, Name/123. Whether an identifier is of that kind is known to the
   compiler by its stamp, which another environment may have given to something else: then the plain name is the right one. *)
let find_value find name =
  match find name with
  | Some _ as found -> found
  | None -> Option.bind (String.index_opt name '/') (fun at -> find (String.sub name 0 at))

type scope = { base : Obj.t Names.t; mutable own : Obj.t Names.t }

let scope t = { base = t.values; own = Names.empty }

let access scope =
  let find name =
    match Names.find_opt name scope.own with Some _ as own -> own | None -> Names.find_opt name scope.base
  in
  let getvalue name = match find_value find name with Some value -> value | None -> raise Not_found in
  let setvalue name value = scope.own <- Names.add name value scope.own in
  Obj.repr (getvalue, setvalue)

let commit t scope = t.values <- Names.union (fun _ _ own -> Some own) t.values scope.own

let unit_block t name =
  match List.assoc_opt name t.units with
  | Some unit -> Loader.block unit
  | None -> (
      match Dynlink_symtable.(get_global_value (Global.Glob_compunit (Compunit name))) with
      | block -> if Obj.is_block block then Some block else None
      | exception Dynlink_symtable.Error _ -> None)

let predefined name =
  match Dynlink_symtable.(get_global_value (Global.Glob_predef (Predef_exn name))) with
  | value -> Some value
  | exception Dynlink_symtable.Error _ -> None

let rec value t : Env.address -> Obj.t option = function
  | Aident id when Ident.persistent id -> unit_block t (Ident.name id)
  | Aident id when Ident.global id -> predefined (Ident.name id)
  | Aident id -> find_value (fun name -> Names.find_opt name t.values) (Translmod.toplevel_name id)
  | Adot (address, place) -> Option.map (fun block -> Obj.field block place) (value t address)

(* ---- Use of the compiler ------------------------------------------------------------------------------------------------ *)

let compiling = Mutex.create ()

let using t f =
  Mutex.protect compiling (fun () ->
      (Persistent_env.Persistent_signature.load := fun ~allow_hidden:_ ~unit_name -> load t ~unit_name);
      t.refused <- [];
      let outer = Warnings.backup () in
      Warnings.restore t.warnings;
      Fun.protect
        ~finally:(fun () ->
          Warnings.reset_fatal ();
          Warnings.restore outer)
        (fun () ->
          Local_store.with_store t.store (fun () ->
              Env.reset_cache_toplevel ();
              f ())))

let prepare =
  lazy
    (Clflags.debug := true;
     Clflags.dont_write_files := true;
     (* Dynlink reads the program's symbol table. *)
     ignore (Dynlink.main_program_units ()))

(* The compiler calls these for itself; source text in a sandbox finds these modules empty. *)
let shadowed = [ "CamlinternalLazy"; "CamlinternalMod"; "CamlinternalOO" ]

let shadow t env name =
  let id = Ident.create_local name in
  t.values <- Names.add (Translmod.toplevel_name id) (Obj.repr ()) t.values;
  Env.add_module id Mp_present (Mty_signature []) env

let begin_with_nothing t =
  let initially_opened_module = if allows t "Stdlib" then Some "Stdlib" else None in
  let loc = Location.in_file "initial environment" in
  let env = Typemod.initial_env ~loc ~initially_opened_module ~open_implicit_modules:[] in
  t.typing <- (if t.sandbox = None then env else List.fold_left (shadow t) env shadowed)

let warnings_state specification =
  let outer = Warnings.backup () in
  Fun.protect
    ~finally:(fun () -> Warnings.restore outer)
    (fun () ->
      ignore (Warnings.parse_options false specification);
      Warnings.backup ())

let create ?sandbox ~directories ~units ~warnings () =
  Lazy.force prepare;
  let store, warnings = Mutex.protect compiling (fun () -> (Local_store.fresh (), warnings_state warnings)) in
  let t =
    {
      store;
      typing = Env.empty;
      values = Names.empty;
      sandbox;
      own_interfaces = Hashtbl.create 7;
      directories;
      units;
      warnings;
      refused = [];
    }
  in
  using t (fun () -> begin_with_nothing t);
  t

let using_blank t f =
  let blank = { t with store = Mutex.protect compiling Local_store.fresh; values = Names.empty } in
  using blank (fun () ->
      begin_with_nothing blank;
      f blank)
