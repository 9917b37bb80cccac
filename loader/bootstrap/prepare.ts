/** Puts the sources of the toolchain into the build folder, those that have to be generated included. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  configModule,
  domainstateModule,
  dynlinkConfigModule,
  expandModuleAliases,
  menhirModule,
  ocamlVersion,
  opcodesModule,
  primitivesDefinedIn,
  runtimedefModule,
  sysModule,
} from "./sources.ts";
import { makeVariable } from "./makefile.ts";
import { LIBRARY_FOLDER } from "./library.ts";
import { META_FOLDERS, metaFile } from "./meta.ts";
import { changedSources } from "./plugins.ts";
import { EVALUATOR, META, REQUIRE } from "./toplevel.ts";

export interface PrepareOptions {
  readonly source: string;
  readonly library: string;
  readonly buildFolder: string;
  /** The folder loader/, where our own OCaml sources are. */
  readonly ownSources: string;
  readonly compiler?: string;
}

/** Folders whose .ml, .mli, .mll files are compiled. */
const FOLDERS = (
  "stdlib utils parsing typing lambda file_formats bytecomp middle_end middle_end/closure middle_end/flambda " +
  "middle_end/flambda/base_types driver toplevel toplevel/byte tools " +
  "otherlibs/unix otherlibs/str otherlibs/systhreads otherlibs/runtime_events otherlibs/dynlink otherlibs/dynlink/byte"
).split(" ");

const PLATFORM_INTERFACE = "otherlibs/dynlink/dynlink_platform_intf.ml";

export function prepareSources(options: PrepareOptions): void {
  const read = (path: string): string => readFileSync(join(options.source, path), "utf8");
  const write = (path: string, contents: string | Uint8Array): void => writeIfChanged(join(options.buildFolder, path), contents);
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(options.source, folder))) {
      if (/\.ml[il]?$/.test(name) && !/^unix_(unix|win32)\.ml$/.test(name)) write(`${folder}/${name}`, readFileSync(join(options.source, folder, name)));
    }
  }
  write("boot/ocamlc", readFileSync(options.compiler ?? join(options.source, "boot/ocamlc")));
  write("boot/ocamllex", readFileSync(join(options.source, "boot/ocamllex")));
  for (const folder of ["asmcomp", "runtime", "compilerlibs", `${LIBRARY_FOLDER}/stdlib`]) {
    mkdirSync(join(options.buildFolder, folder), { recursive: true });
  }

  const version = ocamlVersion(read("build-aux/ocaml_version.m4"));
  write("stdlib/sys.ml", sysModule(read("stdlib/sys.ml.in"), version));
  for (const name of ["stdlib.ml", "stdlib.mli", ...labelledInterfaces(options.source)]) {
    write(`stdlib/${name}`, expandModuleAliases(read(`stdlib/${name}`), name));
  }
  // How executables start: "sh" lets ocamlc write a #! line with the interpreter in this folder.
  write("stdlib/runtime-launch-info", `sh\n${options.library}/bin\0\n`);
  write(
    "utils/config.ml",
    configModule(read("utils/config.generated.ml.in"), read("utils/config.common.ml.in"), version, options.library),
  );
  write("otherlibs/dynlink/dynlink_cmo_format.mli", read("file_formats/cmo_format.mli"));
  write("otherlibs/dynlink/dynlink_config.ml", dynlinkConfigModule(read("otherlibs/dynlink/dynlink_config.ml.in"), version));
  for (const [path, source] of changedSources(read)) {
    write(path, source);
    if (path === PLATFORM_INTERFACE) write(`${PLATFORM_INTERFACE}i`, source); // a copy, as in OCaml's makefile
  }
  write("otherlibs/unix/unix.ml", read("otherlibs/unix/unix_unix.ml"));
  const own = (path: string): Uint8Array => readFileSync(join(options.ownSources, path));
  write(`${EVALUATOR}.ml`, own("toplevel/evaluator.ml"));
  write(`${EVALUATOR}.mli`, "");
  for (const name of readdirSync(join(options.ownSources, "library"))) {
    write(`${name.startsWith("dynlink_") ? "otherlibs/dynlink" : LIBRARY_FOLDER}/${name}`, own(`library/${name}`));
  }
  write(`${META}.ml`, own("toplevel/meta.ml"));
  write(`${META}.mli`, own("toplevel/meta.mli"));
  write(`${REQUIRE}.ml`, own("toplevel/require.ml"));
  write(`${REQUIRE}.mli`, "");
  for (const folder of Object.keys(META_FOLDERS)) write(`${folder}/META`, metaFile(read(`${folder}/META.in`), version));
  const domainstate = domainstateModule(read("runtime/caml/domain_state.tbl"), read("runtime/caml/config.h"));
  write("utils/domainstate.ml", domainstate.ml);
  write("utils/domainstate.mli", domainstate.mli);
  const opcodes = opcodesModule();
  write("bytecomp/opcodes.ml", opcodes.ml);
  write("bytecomp/opcodes.mli", opcodes.mli);
  const primitives = runtimePrimitives(read);
  write("lambda/runtimedef.ml", runtimedefModule(read("runtime/caml/fail.h"), primitives));
  for (const extension of ["ml", "mli"]) {
    write(`parsing/parser.${extension}`, menhirModule(read(`boot/menhir/parser.${extension}`)));
    const warning = extension === "mli" ? '[@@@ocaml.warning "-67"]\n' : "";
    write(`parsing/camlinternalMenhirLib.${extension}`, warning + read(`boot/menhir/menhirLib.${extension}`));
  }
  write("primitives", primitives.map((p) => `${p}\n`).join(""));
}

/** Primitives of OCaml's bytecode runtime, sorted: programs number the primitives by this list. */
function runtimePrimitives(read: (path: string) => string): string[] {
  const makefile = read("Makefile");
  const sources = ["runtime_COMMON_C_SOURCES", "runtime_BYTECODE_ONLY_C_SOURCES"].flatMap((name) =>
    makeVariable(makefile, name, { UNIX_OR_WIN32: "unix" }),
  );
  return [...new Set(sources.flatMap((name) => primitivesDefinedIn(read(`runtime/${name}.c`))))].sort();
}

function labelledInterfaces(source: string): string[] {
  return readdirSync(join(source, "stdlib")).filter((name) => name.endsWith("Labels.mli"));
}

/** Files that stay the same keep their time. */
function writeIfChanged(path: string, contents: string | Uint8Array): void {
  const bytes = Buffer.from(contents);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
