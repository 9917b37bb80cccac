/** The toplevels: OCaml's, with directives of our own (loader/toplevel/). */
import { makeVariable } from "./makefile.ts";
import { compile, executable, type ReadSource, stdlibUnit, type Target, TOPLEVEL_LIBRARIES } from "./targets.ts";

/** Units of loader/toplevel/ in the build folder. */
export const EVALUATOR = "toplevel/bactrian_evaluator";
export const META = "toplevel/bactrian_meta";
export const REQUIRE = "toplevel/bactrian_require";

/** Compilation of a unit of loader/toplevel/ that uses these interfaces. */
function ownUnit(unit: string, interfaces: readonly string[]): Target[] {
  return compile([`${unit}.mli`, `${unit}.ml`], new Map([[`${unit}.cmo`, interfaces.map((base) => `${base}.cmi`)]]));
}

/** The directives #require and #list. */
function requireTargets(): Target[] {
  const compiler = ["utils/config", "utils/misc", "utils/clflags", "utils/load_path", "driver/compenv"];
  return [...ownUnit(META, []), ...ownUnit(REQUIRE, [META, ...compiler, "toplevel/toploop", "toplevel/topdirs", "toplevel/topeval"])];
}

/** `ocaml`, and the toplevel that `Runtime.eval` calls. */
export function toplevelTargets(read: ReadSource): Target[] {
  const interfaces = ["toplevel/toploop", "toplevel/topcommon", "driver/compmisc", "parsing/location", "typing/env"];
  const formats = ["file_formats/cmi_format", "file_formats/cmo_format", "utils/load_path", "utils/config", "bytecomp/symtable"];
  const flags = ["-I", "toplevel/byte", "-linkall", "-g"];
  const all = [...TOPLEVEL_LIBRARIES, `${META}.cmo`, `${REQUIRE}.cmo`];
  return [
    ...requireTargets(),
    ...ownUnit(EVALUATOR, [...interfaces, ...formats]),
    executable("ocaml.tmp", [...all, "toplevel/topstart.cmo"], flags),
    expunged(read, "ocaml.tmp", "ocaml"),
    executable("evaluator.tmp", [...all, `${EVALUATOR}.cmo`], flags),
    expunged(read, "evaluator.tmp", "evaluator"),
  ];
}

/** A toplevel with only the standard library's modules (and a few of its own) visible. */
function expunged(read: ReadSource, input: string, output: string): Target {
  const modules = makeVariable(read("stdlib/StdlibModules"), "STDLIB_MODULE_BASENAMES");
  const visible = [...modules.map(stdlibUnit), "outcometree", "topprinters", "topdirs", "toploop"];
  return {
    output,
    alsoWrites: [],
    program: "expunge",
    args: [input, output, ...visible],
    directory: ".",
    needs: ["expunge", input],
    label: output,
  };
}
