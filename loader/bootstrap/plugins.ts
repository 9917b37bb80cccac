/**
 * What is changed in the sources of Dynlink and of the toplevel, so that there is one linker for bytecode and native plugins
 * (docs/dynlink.md has what it does; loader/library/dynlink_*.ml have what is more than a few words of it).
 *
 * A plugin is opened like a .cmo or .cma; from then on its channel reads the bytecode in it, so that everything that OCaml
 * checks is checked. The digest of a unit's code, which Dynlink gives anyway, leads to its native code (loader/dynlink.ts).
 *
 * There is no primitive for this: programs that ocamlc links name all primitives that it knows, and would not start under
 * OCaml's own ocamlrun any more. There is a name that channels are given, which means nothing to ocamlrun.
 */
import { BuildError } from "../errors.ts";
import { RAW_CHANNEL } from "../../runtime/primitives/channels.ts";
import { PLUGIN_CHANNEL } from "../dynlink.ts";

/** A text that must be there once, and what replaces it. */
type Change = readonly [from: string, to: string];

/** Changes of otherlibs/dynlink/byte/dynlink.ml. */
const DYNLINK: readonly Change[] = [
  [
    "module Bytecode = struct\n",
    `let has_interface (unit : compilation_unit) =
      let name = Symtable.Compunit.name unit.cu_name in
      match List.filter (fun (import, _) -> import = name) unit.cu_imports with
      | [ (_, Some _) ] -> ()
      | _ -> raise (DT.Error (Corrupted_interface name))

    let code_digest file_digest (unit : compilation_unit) = Digest.string (file_digest ^ Symtable.Compunit.name unit.cu_name)

    let linking_failed = function
      | Failure _ | End_of_file | Sys_error _ as exn -> DT.Error (Cannot_open_dynamic_library exn)
      | exn -> exn

    module Bytecode = struct`,
  ],
  ["    type t = compilation_unit\n", "type t = { unit : compilation_unit; code : Digest.t; requires : (string * Digest.t) list }"],
  ["    let name (t : t) = Symtable.Compunit.name t.cu_name\n", "let name t = Symtable.Compunit.name t.unit.cu_name"],
  ["    let crc _t = None\n", "let crc t = Some t.code"],
  ["    let interface_imports (t : t) = t.cu_imports\n", "let interface_imports t = t.unit.cu_imports"],
  ["        t.cu_required_compunits\n        @ Symtable.required_compunits t.cu_reloc\n", "t.unit.cu_required_compunits @ Symtable.required_compunits t.unit.cu_reloc"],
  ["        (fun (Compunit cu) -> cu, None)\n", "(fun (Compunit cu) -> cu, List.assoc_opt cu t.requires)"],
  ["        (Symtable.initialized_compunits t.cu_reloc)\n", "(Symtable.initialized_compunits t.unit.cu_reloc)"],
  ["    let unsafe_module (t : t) = t.cu_primitives <> []\n", "let unsafe_module t = t.unit.cu_primitives <> []"],
  ["        let compunit : compilation_unit = unit_header in\n", "let compunit = unit_header.Unit_header.unit in"],
  [
    "        let unit_name = Symtable.Compunit.name compunit.cu_name in\n        let digest = Digest.string (file_digest ^ unit_name) in\n",
    "let digest = unit_header.Unit_header.code in",
  ],
  // The symbol table that the next unit of a library that is loaded privately sees.
  ["type handle = Stdlib.in_channel * filename * Digest.t\n", "type handle = Stdlib.in_channel * filename * Digest.t * Symtable.global_map option ref"],
  ["if !Sys.interactive then begin (* PR#6802 *)\n", "if !Sys.interactive && Dynlink_bactrian.toplevel () = None then begin"],
  ["  let is_native = false\n", "let is_native = Dynlink_bactrian.is_native"],
  ["  let adapt_filename f = f\n", "let adapt_filename = Dynlink_bactrian.adapt_filename"],
  [
    "  let fold_initial_units ~init ~f =\n",
    `let from_toplevel () =
      Option.iter (fun (toplevel : Dynlink_bactrian.toplevel) -> Symtable.restore_state (Obj.obj (toplevel.current_state ())))
        (Dynlink_bactrian.toplevel ())

    let to_toplevel () =
      Option.iter (fun (toplevel : Dynlink_bactrian.toplevel) -> toplevel.restore_state (Obj.repr (Symtable.current_state ())))
        (Dynlink_bactrian.toplevel ())

    let units_come_and_go () = Option.is_some (Dynlink_bactrian.toplevel ())

    let announce filename units =
      Option.iter
        (fun (toplevel : Dynlink_bactrian.toplevel) ->
          List.iter (fun { Unit_header.unit; _ } -> toplevel.import filename unit.cu_imports) units)
        (Dynlink_bactrian.toplevel ())

    let forget ~priv headers =
      let units = List.map (fun header -> header.Unit_header.unit) headers in
      Dynlink_shared.forget units;
      if not priv then begin
        from_toplevel ();
        Symtable.forget (List.concat_map (fun unit -> Symtable.initialized_compunits unit.cu_reloc) units);
        to_toplevel ()
      end

    let fold_initial_units ~init ~f =
      Option.iter
        (fun (toplevel : Dynlink_bactrian.toplevel) ->
          from_toplevel ();
          default_crcs := toplevel.interfaces ();
          default_global_map := Symtable.current_state ())
        (Dynlink_bactrian.toplevel ());`,
  ],
  [
    "    Fun.protect f\n      ~finally:(fun () -> Mutex.unlock lock)\n",
    "from_toplevel (); Fun.protect f ~finally:(fun () -> to_toplevel (); Mutex.unlock lock)",
  ],
  ["  let run lock (ic, file_name, file_digest) ~unit_header ~priv =\n", "let run lock (ic, file_name, _, siblings) ~unit_header ~priv ="],
  [
    "        let old_state = Symtable.current_state () in\n",
    `let old_state = Symtable.current_state () in
    try
    if priv then Option.iter Symtable.hide_additions !siblings;`,
  ],
  [
    "        if priv then Symtable.hide_additions old_state;\n",
    `let slot = Symtable.get_global_position (Glob_compunit compunit.cu_name) in
    if priv then begin siblings := Some (Symtable.current_state ()); Symtable.hide_additions old_state end;`,
  ],
  [
    "        clos\n      )\n",
    `Dynlink_shared.add { descriptor = compunit; file = file_name; code = digest; is_private = priv; slot; start = clos };
    clos with exn -> Symtable.restore_state old_state; raise (linking_failed exn))`,
  ],
  [
    "            [| (Compression.input_value ic : instruct_debug_event list) |]\n",
    "Dynlink_bactrian.leave_values_marshalled ic; [| (Compression.input_value ic : instruct_debug_event list) |]",
  ],
  ["try open_in_bin file_name\n", "try Dynlink_bactrian.open_code file_name"],
  ["      let handle = ic, file_name, file_digest in\n", "let handle = ic, file_name, file_digest, ref None in"],
  [
    "      let file_digest = Digest.channel ic (-1) in\n",
    `let file_digest = Digest.channel ic (-1) in
    let requires = Dynlink_bactrian.requirements ic in
    let header unit = has_interface unit; { Unit_header.unit; code = code_digest file_digest unit; requires } in`,
  ],
  ["        handle, [cu]\n", "handle, [header cu]"],
  ["        handle, lib.lib_units\n", "handle, List.map header lib.lib_units"],
  [
    "    match Symtable.get_global_value global with\n",
    "from_toplevel (); match Symtable.get_global_value global with",
  ],
  ["  let finish (ic, _filename, _digest) =\n", "let finish (ic, _, _, _) ="],
];

/** Changes of otherlibs/dynlink/dynlink_common.ml. */
const DYNLINK_COMMON: readonly Change[] = [
  // Code that the program makes itself is linked under the same lock.
  ["    let lock = Mutex.create ()\n", "let lock = Dynlink_shared.lock"],
  [
    "  let load priv filename =\n",
    `let loads : (DT.filename * UH.t list) list ref = ref []

    let forget ~priv units global =
      P.forget ~priv units;
      if not priv then
      let names = String.Set.of_list (List.map UH.name units) in
      let symbols = String.Set.of_list (List.concat_map UH.defined_symbols units) in
      loads := List.filter (fun (_, others) -> others != units) !loads;
      let { State.implems; defined_symbols; allowed_units; public_dynamically_loaded_units; _ } = global.state in
      let main = P.fold_initial_units ~init:String.Map.empty
        ~f:(fun ifaces ~compunit ~interface ~implementation:_ ~defined_symbols:_ ->
          let dep = match interface with None -> Name | Some crc -> Contents crc in
          String.Map.add compunit (dep, Sys.executable_name) ifaces) in
      let ifaces =
        List.fold_right
          (fun (filename, units) ifaces ->
            List.fold_left (fun ifaces ui -> check_interface_imports filename ui ifaces) ifaces units)
          !loads main in
      global.state <- { global.state with
        ifaces;
        implems = String.Map.filter (fun name _ -> not (String.Set.mem name names)) implems;
        defined_symbols = String.Set.diff defined_symbols symbols;
        allowed_units = String.Set.diff allowed_units names;
        public_dynamically_loaded_units = String.Set.diff public_dynamically_loaded_units names }

    let find_new_units global =
      let before = global.state in
      default_available_units global;
      let now = global.state in
      let implems = String.Map.union (fun _ old _ -> Some old) before.implems now.implems in
      let is_new name = not (String.Map.mem name before.implems) in
      global.state <- { before with
        implems;
        ifaces = String.Map.union (fun _ old latest -> Some (if fst old = Name then latest else old)) before.ifaces now.ifaces;
        defined_symbols = String.Set.union before.defined_symbols now.defined_symbols;
        allowed_units = String.Set.union before.allowed_units (String.Set.filter is_new (String.Map.keys implems));
        main_program_units = String.Set.union before.main_program_units (String.Set.filter is_new now.main_program_units) }

    let load priv filename =`,
  ],
  // Before the first load there was nothing to restrict, and what was said then was forgotten.
  ["    let allowed_units = String.Set.of_list allowed_units in\n", "init (); let allowed_units = String.Set.of_list allowed_units in"],
  ["  let allow_only units =\n", "let allow_only units = init ();"],
  ["  let prohibit units =\n", "let prohibit units = init ();"],
  ["    let filename = dll_filename filename in\n", "let filename = Dynlink_bactrian.existing_form (dll_filename filename) in"],
  [
    "    Fun.protect ~finally:(fun () -> P.finish handle) (fun () ->\n",
    `let left = ref 0 in
    let finish () = if !left > 0 then with_lock (forget ~priv units); P.finish handle in
    Fun.protect ~finally:finish (fun () ->`,
  ],
  ["          global.state <- check filename units global.state\n", "if P.units_come_and_go () then find_new_units global; global.state <- check filename units global.state"],
  ["          P.run_shared_startup handle;\n", "left := List.length units; if not priv then loads := (filename, units) :: !loads; P.run_shared_startup handle;"],
  ["           if not priv then with_lock (fun global ->\n", "decr left; if not priv then with_lock (fun global -> if !left = 0 then P.announce filename units;"],
];

/** Changes of otherlibs/dynlink/dynlink_platform_intf.ml. */
const PLATFORM: readonly Change[] = [
  [
    "  val finish : handle -> unit\n",
    `val finish : handle -> unit
    val units_come_and_go : unit -> bool
    val announce : Dynlink_types.filename -> Unit_header.t list -> unit
    val forget : priv:bool -> Unit_header.t list -> unit`,
  ],
];

/** Changes of otherlibs/dynlink/byte/dynlink_symtable.ml and its interface. */
const SYMTABLE: readonly Change[] = [
  [
    "let empty_global_map = GlobalMap.empty\n",
    `let empty_global_map = GlobalMap.empty
    let restore_state st = global_table := st; literal_table := []
    let forget compunits =
      let tbl = List.fold_left (fun tbl cu -> Global.Map.remove (Global.Glob_compunit cu) tbl) !global_table.GlobalMap.tbl compunits in
      global_table := { !global_table with tbl }`,
  ],
  ["let get_global_value global =\n", "let get_global_position = slot_for_getglobal let get_global_value global ="],
];
const SYMTABLE_INTERFACE: readonly Change[] = [
  [
    "val hide_additions: global_map -> unit\n",
    "val get_global_position: Global.t -> int val hide_additions: global_map -> unit val restore_state: global_map -> unit val forget: compunit list -> unit",
  ],
];

/** Changes of toplevel/byte/topeval.ml. */
const TOPEVAL: readonly Change[] = [
  [
    `let file = (Symtable.Compunit.name cu) ^ ".cmo" in
                begin match Load_path.find_normalized file with
`,
    `let find extension = Load_path.find_normalized (Symtable.Compunit.name cu ^ extension) in
    begin match
      if Filename.check_suffix filename ".cmxs" then try find ".cmxs" with Not_found -> find ".cmo" else find ".cmo"
    with`,
  ],
  [
    "exception Load_failed\n",
    `exception Load_failed
    external set_channel_name : in_channel -> string -> unit = "caml_ml_set_channel_name"

    let open_bytecode file_name =
      let ic = open_in_bin file_name in
      match set_channel_name ic ${JSON.stringify(PLUGIN_CHANNEL)} with
      | () -> ic
      | exception exn -> close_in_noerr ic; raise exn

    let last_digest = ref None
    let file_digest ic =
      match !last_digest with
      | Some (channel, digest) when channel == ic -> digest
      | _ ->
        seek_in ic 0;
        let digest = Digest.channel ic (-1) in
        last_digest := Some (ic, digest);
        digest`,
  ],
  [
    "let _bytecode, closure = Meta.reify_bytecode code events None in\n    ignore",
    `let digest =
      if not (Filename.check_suffix filename ".cmxs") then None
      else begin
        let unit_name = Symtable.Compunit.name compunit.cu_name in
        Some (Digest.string (file_digest ic ^ unit_name))
      end in
    let _bytecode, closure = Meta.reify_bytecode code events digest in
    ignore`,
  ],
  [
    `let ic = open_in_bin filename in
      Misc.try_finally`,
    `match open_bytecode filename with
      | exception Failure reason ->
          fprintf ppf "Cannot load %s.@.Reason: %s@." filename reason; false
      | ic ->
      Misc.try_finally`,
  ],
  // A unit that cannot be linked leaves what was there.
  [
    "  let initial_symtable = Symtable.current_state() in\n  Symtable.patch_object code compunit.cu_reloc;\n",
    `let initial_symtable = Symtable.current_state () in
    (* Constants that wait for their numbers are given them first: they would take those of later units. *)
    let linking f =
      try f () with exn -> Symtable.update_global_table (); Symtable.restore_state initial_symtable; raise exn in
    linking (fun () -> Symtable.patch_object code compunit.cu_reloc);`,
  ],
  [
    "      [| input_value ic |]\n",
    `set_channel_name ic ${JSON.stringify(RAW_CHANNEL)};
    linking (fun () -> [| input_value ic |])`,
  ],
  // A file that cannot be read is no reason to end the session.
  [
    "(fun () -> really_load_file recursive ppf name filename ic)\n",
    `(fun () ->
          let refuse reason = fprintf ppf "Cannot load %s.@.Reason: %s@." filename reason; false in
          try really_load_file recursive ppf name filename ic with
          | Failure reason | Sys_error reason -> refuse reason
          | End_of_file -> refuse "it ends too early. Build it again, or repeat the copy or download it came from.")`,
  ],
  // What Dynlink works with when it is loaded into the toplevel: loader/library/dynlink_bactrian.mli.
  [
    "  Env.import_crcs ~source:Sys.executable_name crc_intfs;\n",
    `Env.import_crcs ~source:Sys.executable_name crc_intfs;
    Callback.register "Bactrian.linker"
      (Symtable.current_state, Symtable.restore_state, Env.imports, (fun source crcs -> Env.import_crcs ~source crcs));`,
  ],
];

/** Changes of toplevel/byte/topmain.ml: plugins on the command line. */
const TOPMAIN: readonly Change[] = [
  ['if Filename.check_suffix filename ".cmo"\n', 'if Filename.check_suffix filename ".cmo" || Filename.check_suffix filename ".cmxs"'],
];

const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  "otherlibs/dynlink/byte/dynlink.ml": DYNLINK,
  "otherlibs/dynlink/dynlink_common.ml": DYNLINK_COMMON,
  "otherlibs/dynlink/dynlink_platform_intf.ml": PLATFORM,
  "otherlibs/dynlink/byte/dynlink_symtable.ml": SYMTABLE,
  "otherlibs/dynlink/byte/dynlink_symtable.mli": SYMTABLE_INTERFACE,
  "toplevel/byte/topeval.ml": TOPEVAL,
  "toplevel/byte/topmain.ml": TOPMAIN,
};

/** The sources that are changed, by their paths, as they are to be. Throws BuildError when they are not what is to be changed. */
export function changedSources(read: (path: string) => string): [path: string, source: string][] {
  return Object.entries(CHANGES).map(([path, changes]) => [path, changed(read(path), changes)]);
}

function changed(source: string, changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new BuildError(`OCaml's sources do not have what is to be changed: ${from}`);
    return parts.join(oneLine(to) + from.replaceAll(/[^\n]/g, ""));
  }, source);
}

/** OCaml code in one line: what comes after it in the file keeps its line numbers, which backtraces show. */
const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");
