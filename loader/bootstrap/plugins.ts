/**
 * What is changed in the sources of Dynlink and of the toplevel so that they load native plugins, besides .cmo and .cma. A
 * plugin is opened like them; from then on its channel reads the bytecode in it, so that everything that OCaml checks is
 * checked. The digest of a unit's code, which Dynlink gives anyway, leads to its native code (loader/dynlink.ts).
 *
 * There is no primitive for this: programs that ocamlc links name all primitives that it knows, and would not start under
 * OCaml's own ocamlrun any more. There is a name that channels are given, which means nothing to ocamlrun.
 */
import { BuildError } from "../errors.ts";
import { PLUGIN_CHANNEL } from "../dynlink.ts";

/** A text that must be there once, and what replaces it. */
type Change = readonly [from: string, to: string];

const openBytecode = (openFile: string): string => `external set_channel_name : in_channel -> string -> unit = "caml_ml_set_channel_name"

let open_bytecode file_name =
  let ic = ${openFile} in
  match set_channel_name ic ${JSON.stringify(PLUGIN_CHANNEL)} with
  | () -> ic
  | exception exn -> close_in_noerr ic; raise exn

`;

const IN_MEMORY_OR_FILE = "match Dynlink_shared.open_in_memory file_name with Some ic -> ic | None -> open_in_bin file_name";

/** Changes of otherlibs/dynlink/byte/dynlink.ml. */
export const DYNLINK: readonly Change[] = [
  ["module Bytecode = struct\n", `${openBytecode(IN_MEMORY_OR_FILE)}module Bytecode = struct\n`],
  ["try open_in_bin file_name\n", "try open_bytecode file_name\n"],
  ["if priv then Symtable", "let slot = Symtable.get_global_position (Glob_compunit compunit.cu_name) in if priv then Symtable"],
  [
    "clos\n      )\n",
    `Dynlink_shared.add { descriptor = compunit; file = file_name; code = digest; is_private = priv; slot; start = clos };
      clos\n      )\n`,
  ],
];

/** Changes of otherlibs/dynlink/dynlink_common.ml: code that the program makes itself is linked under the same lock. */
export const DYNLINK_COMMON: readonly Change[] = [["let lock = Mutex.create ()", "let lock = Dynlink_shared.lock"]];

/** Changes of otherlibs/dynlink/byte/dynlink_symtable.ml and .mli: what OCaml's own Symtable has. */
export const DYNLINK_SYMTABLE: readonly Change[] = [["let get_global_value global", "let get_global_position = slot_for_getglobal let get_global_value global"]];
export const DYNLINK_SYMTABLE_INTERFACE: readonly Change[] = [
  ["val get_global_value: Global.t", "val get_global_position: Global.t -> int val get_global_value: Global.t"],
];

/** Changes of toplevel/byte/topeval.ml. */
export const TOPEVAL: readonly Change[] = [
  ["exception Load_failed\n", `exception Load_failed ${openBytecode("open_in_bin file_name")}`],
  [
    "let _bytecode, closure = Meta.reify_bytecode code events None in\n    ignore",
    `let digest =
      if not (Filename.check_suffix filename ".cmxs") then None
      else begin
        seek_in ic 0;
        let unit_name = Symtable.Compunit.name compunit.cu_name in
        Some (Digest.string (Digest.channel ic (-1) ^ unit_name))
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
];

/** A source with changes. Throws BuildError when it is not the source that they are for. */
export function loadingPlugins(source: string, changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new BuildError(`OCaml's sources do not have what is to be changed: ${from}`);
    return parts.join(oneLine(to) + from.replaceAll(/[^\n]/g, ""));
  }, source);
}

/** OCaml code in one line: what comes after it in the file keeps its line numbers, which backtraces show. */
const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");
