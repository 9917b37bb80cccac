/**
 * The library `bactrian` (loader/library/): archives of its own units, of the compiler's front end, and of the standard
 * library's interfaces.
 */
import { STUB_LIBRARIES } from "../stub-libraries.ts";
import { makeVariable, parseDepend } from "./makefile.ts";
import { BOOT_OCAMLC, executable, type ReadSource, STDLIB_DONE, stdlibUnit, type Target, unitsOf } from "./targets.ts";

/** Folder of the library in the build folder. */
export const LIBRARY_FOLDER = "otherlibs/bactrian";

/** The front end, as one unit that holds OCaml's: so they do not clash with the program's own (Types, Parser, Config…). */
const COMPILER_UNIT = "bactrian__Compiler";
/** What the library calls of the front end. */
const COMPILER_ROOTS = [
  "parsing/parse",
  "typing/typemod",
  "typing/includemod",
  "lambda/translmod",
  "lambda/simplif",
  "bytecomp/bytegen",
  "bytecomp/emitcode",
  "toplevel/genprintval",
];
const COMPILER_FOLDERS = "utils parsing typing lambda file_formats bytecomp driver toplevel".split(" ");

/** A unit of the library: what it needs, and the archive that it is in. The unit `bactrian` names all others. */
interface LibraryUnit {
  readonly name: string;
  readonly needs: readonly string[];
  readonly archive: string;
}

const UNITS: readonly LibraryUnit[] = [
  { name: "bactrian", needs: [], archive: "bactrian" },
  { name: "interfaces", needs: [], archive: "bactrian" },
  { name: "memory", needs: [], archive: "bactrian" },
  { name: "loader", needs: ["memory"], archive: "bactrian" },
  { name: "bench", needs: ["loader"], archive: "bactrian" },
  { name: "type", needs: [], archive: "bactrian" },
  { name: "report", needs: [], archive: "bactrian_eval" },
  { name: "sandbox", needs: [], archive: "bactrian_eval" },
  { name: "diagnostics", needs: ["report"], archive: "bactrian_eval" },
  { name: "environment", needs: ["interfaces", "loader", "memory", "sandbox"], archive: "bactrian_eval" },
  { name: "representation", needs: ["environment", "type"], archive: "bactrian_eval" },
  { name: "linking", needs: ["environment", "loader"], archive: "bactrian_eval" },
  { name: "phrase", needs: ["environment"], archive: "bactrian_eval" },
  { name: "printing", needs: ["diagnostics", "environment", "phrase"], archive: "bactrian_eval" },
  { name: "units", needs: ["environment", "linking", "phrase"], archive: "bactrian_eval" },
  {
    name: "eval",
    needs: ["diagnostics", "environment", "interfaces", "linking", "loader", "phrase", "printing", "report", "representation", "sandbox", "type", "units"],
    archive: "bactrian_eval",
  },
];

const unitName = (name: string): string => (name === "bactrian" ? name : `bactrian__${name[0]!.toUpperCase()}${name.slice(1)}`);
const path = (file: string): string => `${LIBRARY_FOLDER}/${file}`;

const FLAGS = "-absname -w +a-4-9-40-41-42-44-45-48-70 -warn-error +a -bin-annot -g -strict-sequence -strict-formats".split(" ");
/** The unit that has only aliases; compiled before those that it names. */
const ALIAS_FLAGS = ["-no-alias-deps", "-w", "-49"];
const INCLUDES = ["-nostdlib", "-I", "../../stdlib", "-I", "../dynlink", "-I", "../dynlink/byte"];

export function libraryTargets(read: ReadSource): Target[] {
  const archives = [...new Set(UNITS.map((unit) => unit.archive))];
  return [...UNITS.flatMap(compileUnit), packedCompiler(read), ...archives.map(libraryArchive), ...embed(), ...embeddedStdlib(read)];
}

function compileUnit({ name, needs, archive }: LibraryUnit): Target[] {
  const interfaces = needs.map((unit) => path(`${unitName(unit)}.cmi`));
  const frontEnd = archive === "bactrian" ? [] : [path(`${COMPILER_UNIT}.cmi`)];
  const alias = name === "bactrian";
  return ["mli", "ml"].map((extension): Target => {
    const output = `${unitName(name)}.${extension === "mli" ? "cmi" : "cmo"}`;
    return {
      output: path(output),
      alsoWrites: [],
      program: BOOT_OCAMLC,
      args: [...INCLUDES, ...FLAGS, ...(alias ? ALIAS_FLAGS : ["-open", "Bactrian"]), "-o", output, "-c", `${name}.${extension}`],
      directory: LIBRARY_FOLDER,
      needs: [
        ...STDLIB_DONE,
        path(`${name}.${extension}`),
        ...interfaces,
        ...(alias ? [] : [path("bactrian.cmi")]),
        ...frontEnd,
        ...(extension === "ml" ? [path(`${unitName(name)}.cmi`), "otherlibs/dynlink/dynlink.cma"] : []),
      ],
      label: path(output),
    };
  });
}

function libraryArchive(archive: string): Target {
  const units = UNITS.filter((unit) => unit.archive === archive).map(({ name }) => `${unitName(name)}.cmo`);
  const members = archive === "bactrian" ? units : [`${COMPILER_UNIT}.cmo`, ...units];
  return {
    output: path(`${archive}.cma`),
    alsoWrites: [],
    program: BOOT_OCAMLC,
    args: ["-nostdlib", "-I", "../../stdlib", "-a", "-dllib", `-l${STUB_LIBRARIES.bactrian}`, "-o", `${archive}.cma`, ...members],
    directory: LIBRARY_FOLDER,
    needs: members.map(path),
    label: path(`${archive}.cma`),
  };
}

/** All units of the front end that the library needs, in one. Without debugging events, which are large. */
function packedCompiler(read: ReadSource): Target {
  const makefile = read("Makefile");
  const names = ["ocamlcommon_SOURCES", "ocamlbytecomp_SOURCES", "ocamltoplevel_SOURCES"];
  const sources = names.flatMap((name) => makeVariable(makefile, name));
  const members = required([...interfacesOnly(sources), ...unitsOf(sources)], parseDepend(read(".depend")));
  const output = path(`${COMPILER_UNIT}.cmo`);
  return {
    output,
    alsoWrites: [path(`${COMPILER_UNIT}.cmi`)],
    program: BOOT_OCAMLC,
    args: ["-nostdlib", "-I", "stdlib", ...COMPILER_FOLDERS.flatMap((d) => ["-I", d]), "-pack", "-o", output, ...members],
    directory: ".",
    needs: [...STDLIB_DONE, ...new Set([...members, ...members.map((file) => file.replace(/o$/, "i"))])],
    label: output,
  };
}

/** Compiled interfaces of units that have no implementation. */
function interfacesOnly(sources: readonly string[]): string[] {
  const units = new Set(unitsOf(sources).map((file) => file.replace(/o$/, "i")));
  return sources
    .filter((file) => file.endsWith(".mli"))
    .map((file) => file.replace(/mli$/, "cmi"))
    .filter((file) => !units.has(file));
}

/** Those of the units that the roots need, in their order. */
function required(units: readonly string[], depend: ReadonlyMap<string, string[]>): string[] {
  const found = new Set<string>();
  const visit = (unit: string): void => {
    if (found.has(unit) || !units.includes(unit)) return;
    found.add(unit);
    for (const file of [...(depend.get(unit) ?? []), ...(depend.get(unit.replace(/o$/, "i")) ?? [])]) {
      visit(file);
      visit(file.replace(/cmi$/, "cmo"));
    }
  };
  for (const root of COMPILER_ROOTS) visit(`${root}.cmo`);
  return units.filter((unit) => found.has(unit));
}

/** The program behind `bactrian embed`. */
function embed(): Target[] {
  const object = path("embed.cmo");
  const includes = ["-I", "../../utils", "-I", "../../file_formats"];
  return [
    {
      output: object,
      alsoWrites: [path("embed.cmi")],
      program: BOOT_OCAMLC,
      args: [...INCLUDES, ...FLAGS, ...includes, "-c", "embed.ml"],
      directory: LIBRARY_FOLDER,
      needs: [...STDLIB_DONE, path("embed.ml"), "utils/config.cmi", "file_formats/cmo_format.cmi"],
      label: object,
    },
    executable("embed", ["utils/config.cmo", object], []),
  ];
}

/** An archive of one unit, which is always linked: the standard library's interfaces. */
function embeddedStdlib(read: ReadSource): Target[] {
  const modules = makeVariable(read("stdlib/StdlibModules"), "STDLIB_MODULE_BASENAMES").map(stdlibUnit);
  const folder = path("stdlib");
  const source = `${folder}/bactrian__Stdlib.ml`;
  const object = `${folder}/bactrian__Stdlib.cmo`;
  const archive = path("bactrian_stdlib.cma");
  const interfaces = modules.map((name) => `stdlib/${name}.cmi`);
  const compiled = { alsoWrites: [], program: BOOT_OCAMLC, directory: "." };
  const includes = ["-nostdlib", "-I", "stdlib", "-I", LIBRARY_FOLDER];
  return [
    {
      output: source,
      alsoWrites: [],
      program: "embed",
      args: ["-o", source, ...interfaces],
      directory: ".",
      needs: [...STDLIB_DONE, ...interfaces, ...modules.map((name) => `stdlib/${name}.cmo`)],
      label: source,
    },
    {
      ...compiled,
      output: object,
      alsoWrites: [object.replace(/o$/, "i")],
      args: [...includes, "-c", source],
      needs: [source, path("bactrian.cmi"), path("bactrian__Interfaces.cmi")],
      label: object,
    },
    {
      ...compiled,
      output: archive,
      args: [...includes, "-a", "-linkall", "-o", archive, object],
      needs: [object],
      label: archive,
    },
  ];
}
