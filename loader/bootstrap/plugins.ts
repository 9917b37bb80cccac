/**
 * What is changed in the sources of Dynlink and of the toplevel so that they load native plugins, besides .cmo and .cma. A
 * plugin is opened like them; from then on its channel reads the bytecode in it, so that everything that OCaml checks is
 * checked. The digest of a unit's code, which Dynlink gives anyway, leads to its native code (loader/dynlink.ts).
 */
import { BuildError } from "../errors.ts";

/** A text that must be there once, and what replaces it. */
type Change = readonly [from: string, to: string];

/** Primitives that the changes use. */
export const PLUGIN_PRIMITIVES = ["caml_dynlink_open_plugin", "caml_dynlink_plugin_digest"] as const;

const OPEN_PLUGIN = `external open_plugin : in_channel -> unit = "${PLUGIN_PRIMITIVES[0]}"

let open_bytecode file_name =
  let ic = open_in_bin file_name in
  match open_plugin ic with
  | () -> ic
  | exception exn -> close_in_noerr ic; raise exn

`;

/** Changes of otherlibs/dynlink/byte/dynlink.ml. */
export const DYNLINK: readonly Change[] = [
  ["module Bytecode = struct\n", `${OPEN_PLUGIN}module Bytecode = struct\n`],
  ["try open_in_bin file_name\n", "try open_bytecode file_name\n"],
];

/** Changes of toplevel/byte/topeval.ml. */
export const TOPEVAL: readonly Change[] = [
  [
    "exception Load_failed\n",
    `exception Load_failed

${OPEN_PLUGIN}external plugin_digest : in_channel -> string -> string option = "${PLUGIN_PRIMITIVES[1]}"
`,
  ],
  [
    "let _bytecode, closure = Meta.reify_bytecode code events None in\n    ignore",
    `let digest = plugin_digest ic (Symtable.Compunit.name compunit.cu_name) in
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
