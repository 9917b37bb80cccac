/**
 * What the toolchain consists of: every file to be compiled or linked, with its command and what it needs first. The
 * lists of modules come from OCaml's own makefiles.
 */
import { STUB_LIBRARIES } from "../stub-libraries.ts";
import { makeVariable, parseDepend } from "./makefile.ts";

/** One run of a bytecode program. Paths are relative to the build folder. */
export interface Target {
  /** The file that tells that it was done. */
  readonly output: string;
  /** Other files that it writes. */
  readonly alsoWrites: readonly string[];
  /** Program: a bytecode executable. */
  readonly program: string;
  readonly args: readonly string[];
  /** Folder that it runs in. */
  readonly directory: string;
  /** Files that must be there: outputs of other targets, or sources. */
  readonly needs: readonly string[];
  /** What it is, for the progress report. */
  readonly label: string;
}

/** Reads a file of OCaml's source tree. */
export type ReadSource = (path: string) => string;

export const BOOT_OCAMLC = "boot/ocamlc";
const STDLIB_FLAGS =
  "-strict-sequence -absname -w +a-4-9-41-42-44-45-48 -g -warn-error +A -bin-annot -nostdlib -principal".split(" ");
const COMPILER_FLAGS =
  "-g -strict-sequence -principal -absname -w +a-4-9-40-41-42-44-45-48 -warn-error +a -strict-formats".split(
    " ",
  );
const COMPILER_DIRECTORIES =
  "utils parsing typing bytecomp file_formats lambda middle_end middle_end/closure middle_end/flambda " +
  "middle_end/flambda/base_types asmcomp driver toplevel tools runtime otherlibs/dynlink otherlibs/str " +
  "otherlibs/systhreads otherlibs/unix otherlibs/runtime_events";

function capitalize(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

// ---- The standard library ---------------------------------------------------------------------------------------------

/** Units that Stdlib itself depends on. */
const NO_STDLIB = ["camlinternalFormatBasics", "stdlib"];

/** Name of the unit of a module of the standard library. */
export function stdlibUnit(module: string): string {
  return module === "stdlib" || module.startsWith("camlinternal") ? module : `stdlib__${capitalize(module)}`;
}

/** Flags of single units (stdlib/Compflags). */
function stdlibFlags(target: string): string[] {
  if (/^stdlib\.cm[io]$/.test(target)) return ["-nopervasives", "-no-alias-deps", "-w", "-49"];
  if (target.startsWith("camlinternalFormatBasics")) return ["-nopervasives"];
  if (/^stdlib__Buffer\.cm[io]$/.test(target)) return ["-w", "+A"];
  if (/^(camlinternalFormat|stdlib__Printf|stdlib__Format|stdlib__Scanf)\.cm[io]$/.test(target)) {
    return ["-w", "+A", "-w", "-fragile-match"];
  }
  if (/Labels\.cmo$/.test(target) || target === "stdlib__Float.cmo") return ["-nolabels", "-no-alias-deps"];
  if (target === "stdlib__Oo.cmi") return ["-no-principal"];
  return [];
}

export function stdlibTargets(read: ReadSource): Target[] {
  const modules = makeVariable(read("stdlib/StdlibModules"), "STDLIB_MODULE_BASENAMES");
  const depend = parseDepend(read("stdlib/.depend"));
  const targets: Target[] = [];
  for (const module of [...modules, "std_exit"]) {
    const unit = module === "std_exit" ? module : stdlibUnit(module);
    for (const extension of ["cmi", "cmo"]) {
      const name = `${unit}.${extension}`;
      const prerequisites = depend.get(name);
      if (!prerequisites) continue;
      const source = prerequisites.find((p) => p === `${module}.${extension === "cmi" ? "mli" : "ml"}`);
      const file = source ?? `${module}.${extension === "cmi" ? "mli" : "ml"}`;
      targets.push({
        output: `stdlib/${name}`,
        alsoWrites: extension === "cmo" && !depend.has(`${unit}.cmi`) ? [`stdlib/${unit}.cmi`] : [],
        program: BOOT_OCAMLC,
        args: [...STDLIB_FLAGS, ...stdlibFlags(name), ...(unit.includes("__") ? ["-o", name] : []), "-c", file],
        directory: "stdlib",
        needs: [...prerequisites, file, ...(NO_STDLIB.includes(unit) ? [] : ["stdlib.cmi"])].map((p) => `stdlib/${p}`),
        label: `stdlib/${name}`,
      });
    }
  }
  const objects = modules.map((module) => `${stdlibUnit(module)}.cmo`);
  targets.push({
    output: "stdlib/stdlib.cma",
    alsoWrites: [],
    program: BOOT_OCAMLC,
    args: ["-a", "-o", "stdlib.cma", ...objects],
    directory: "stdlib",
    needs: objects.map((o) => `stdlib/${o}`),
    label: "stdlib/stdlib.cma",
  });
  return targets;
}

// ---- The compilers ------------------------------------------------------------------------------------------------------

/** Everything that every compilation of compiler sources needs. */
export const STDLIB_DONE = ["stdlib/stdlib.cma", "stdlib/std_exit.cmo"];

interface CompileOptions {
  readonly program?: string;
  readonly extra?: readonly string[];
}

/** Compilation of the .cmi and .cmo of each source, by the dependencies that ocamldep found. */
export function compile(sources: readonly string[], depend: ReadonlyMap<string, string[]>, options: CompileOptions = {}): Target[] {
  const program = options.program ?? BOOT_OCAMLC;
  const includes = COMPILER_DIRECTORIES.split(" ").flatMap((d) => ["-I", d]);
  const files = sources.flatMap((s) =>
    s.endsWith(".mly") || s.endsWith(".mll")
      ? [s.replace(/\.ml.$/, ".mli"), s.replace(/\.ml.$/, ".ml")].filter((f) => s.endsWith(".mly") || depend.has(cmiOf(f)) || f.endsWith(".ml"))
      : [s],
  );
  return files
    .filter((file) => file.endsWith(".ml") || depend.has(cmiOf(file)) || files.includes(file))
    .map((file): Target => {
      const output = file.replace(/\.mli$/, ".cmi").replace(/\.ml$/, ".cmo");
      const directory = file.slice(0, file.lastIndexOf("/"));
      const hasInterface = files.includes(`${file}i`);
      const needs = (depend.get(output) ?? []).filter((p) => /\.cm[io]$/.test(p));
      return {
        output,
        alsoWrites: file.endsWith(".ml") && !hasInterface ? [output.replace(/\.cmo$/, ".cmi")] : [],
        program,
        args: ["-nostdlib", "-I", "stdlib", ...COMPILER_FLAGS, ...(options.extra ?? []), "-I", directory, ...includes, "-c", file],
        directory: ".",
        needs: [...STDLIB_DONE, file, ...needs, ...(hasInterface ? [output.replace(/\.cmo$/, ".cmi")] : [])],
        label: output,
      };
    });
}

const cmiOf = (file: string): string => file.replace(/\.mli?$/, ".cmi");

/** The units of a list of sources, in link order. */
export function unitsOf(sources: readonly string[]): string[] {
  return sources.filter((s) => /\.(ml|mly|mll)$/.test(s)).map((s) => s.replace(/\.ml[ly]?$/, ".cmo"));
}

function archive(output: string, units: readonly string[], flags: readonly string[]): Target {
  return {
    output,
    alsoWrites: [],
    program: BOOT_OCAMLC,
    args: ["-nostdlib", "-I", "stdlib", "-a", ...flags, "-o", output, ...units],
    directory: ".",
    needs: [...units],
    label: output,
  };
}

export function executable(output: string, inputs: readonly string[], flags: readonly string[]): Target {
  return {
    output,
    alsoWrites: [],
    program: BOOT_OCAMLC,
    args: [
      ...["-nostdlib", "-I", "stdlib", "-use-prims", "primitives", ...flags],
      ...COMPILER_DIRECTORIES.split(" ").flatMap((d) => ["-I", d]),
      ...["-o", output, ...inputs],
    ],
    directory: ".",
    needs: [...STDLIB_DONE, "primitives", "stdlib/runtime-launch-info", ...inputs],
    label: output,
  };
}

/** What a toplevel is linked of, besides its main unit. */
export const TOPLEVEL_LIBRARIES = ["compilerlibs/ocamlcommon.cma", "compilerlibs/ocamlbytecomp.cma", "compilerlibs/ocamltoplevel.cma"] as const;

export function compilerTargets(read: ReadSource): Target[] {
  const makefile = read("Makefile");
  const depend = parseDepend(read(".depend"));
  const list = (name: string): string[] => makeVariable(makefile, name);
  const common = list("ocamlcommon_SOURCES");
  const bytecomp = list("ocamlbytecomp_SOURCES");
  const middleEnd = list("ocamlmiddleend_SOURCES");
  const toplevel = list("ocamltoplevel_SOURCES").filter((s) => !s.includes("toplevel/native/") || s.includes("tophooks"));
  const interpreted = toplevel.filter((s) => !s.includes("tophooks"));
  const [commonLibrary, bytecompLibrary, toplevelLibrary] = TOPLEVEL_LIBRARIES;
  const middleEndLibrary = "compilerlibs/ocamlmiddleend.cma";
  return [
    lexer("parsing/lexer"),
    ...compile([...common, ...bytecomp, ...middleEnd], depend),
    ...compileByte(interpreted, depend, { extra: ["-I", "toplevel/byte"] }),
    ...compile(["driver/main.mli", "driver/main.ml", "toplevel/topstart.mli", "toplevel/topstart.ml"], depend),
    ...compile(["tools/ocamldep.mli", "tools/ocamldep.ml", "tools/objinfo.mli", "tools/objinfo.ml"], depend),
    ...compile(["toplevel/expunge.mli", "toplevel/expunge.ml"], depend),
    archive(commonLibrary, unitsOf(common), ["-linkall"]),
    archive(bytecompLibrary, unitsOf(bytecomp), []),
    archive(middleEndLibrary, unitsOf(middleEnd), []),
    archive(toplevelLibrary, unitsOf(interpreted), []),
    executable("ocamlc", [commonLibrary, bytecompLibrary, "driver/main.cmo"], ["-compat-32", "-g"]),
    executable("ocamldep", [commonLibrary, bytecompLibrary, "tools/ocamldep.cmo"], ["-compat-32"]),
    executable("ocamlobjinfo", [commonLibrary, bytecompLibrary, middleEndLibrary, "tools/objinfo.cmo"], []),
    executable("expunge", [commonLibrary, bytecompLibrary, "toplevel/expunge.cmo"], []),
  ];
}

// ---- The other libraries --------------------------------------------------------------------------------------------------

/** A library of otherlibs/ with its stub library. */
function otherLibrary(
  read: ReadSource,
  directory: keyof typeof STUB_LIBRARIES,
  archiveName: string,
  modules: readonly string[],
  options: { readonly common?: readonly string[]; readonly flags?: readonly string[]; readonly link?: readonly string[]; readonly after?: readonly string[] } = {},
): Target[] {
  const depend = parseDepend(read(`otherlibs/${directory}/.depend`));
  const folder = `otherlibs/${directory}`;
  const targets = modules.flatMap((module) =>
    ["mli", "ml"].map((extension): Target => {
      const output = `${module}.${extension === "mli" ? "cmi" : "cmo"}`;
      const prerequisites = (depend.get(output) ?? []).filter((p) => /^\w+\.cm[io]$/.test(p));
      return {
        output: `${folder}/${output}`,
        alsoWrites: [],
        program: BOOT_OCAMLC,
        args: ["-nostdlib", "-I", "../../stdlib", ...(options.common ?? OTHER_FLAGS), ...(options.flags ?? []), "-c", `${module}.${extension}`],
        directory: folder,
        needs: [
          ...STDLIB_DONE,
          ...(options.after ?? []),
          ...prerequisites.map((p) => `${folder}/${p}`),
          `${folder}/${module}.${extension}`,
          ...(extension === "ml" ? [`${folder}/${module}.cmi`] : []),
        ],
        label: `${folder}/${output}`,
      };
    }),
  );
  const units = modules.map((m) => `${m}.cmo`);
  return [
    ...targets,
    {
      output: `${folder}/${archiveName}`,
      alsoWrites: [],
      program: BOOT_OCAMLC,
      args: [
        ...["-nostdlib", "-I", "../../stdlib", "-a", "-dllib", `-l${STUB_LIBRARIES[directory]}`],
        ...[...(options.link ?? []), "-o", archiveName, ...units],
      ],
      directory: folder,
      needs: units.map((u) => `${folder}/${u}`),
      label: `${folder}/${archiveName}`,
    },
  ];
}

const OTHER_FLAGS = "-absname -w +a-4-9-41-42-44-45-48 -warn-error +A -bin-annot -g -strict-sequence -strict-formats".split(" ");
/** thread.ml needs sequences that are not strict. */
const THREADS_FLAGS = "-w +33..39 -warn-error +A -g -bin-annot".split(" ");

export function otherLibraryTargets(read: ReadSource): Target[] {
  const unix = otherLibrary(read, "unix", "unix.cma", ["unix", "unixLabels"], { flags: ["-nolabels"], link: ["-linkall"] });
  const unixDone = ["otherlibs/unix/unix.cmi"];
  return [
    ...unix,
    ...otherLibrary(read, "str", "str.cma", ["str"]),
    ...otherLibrary(read, "systhreads", "threads.cma", ["thread", "event"], {
      link: ["-linkall"],
      common: THREADS_FLAGS,
      flags: ["-I", "../unix"],
      after: unixDone,
    }),
    ...dynlinkTargets(read),
    ...otherLibrary(read, "runtime_events", "runtime_events.cma", ["runtime_events"], { flags: ["-I", "../unix"], after: unixDone }),
  ];
}

/** A file of a folder `byte` that OCaml's makefiles copy from the folder above: an interface. */
const COPIED_INTERFACE = /byte\/(top\w+|trace|dynlink)\.(mli|cmi)$/;
const above = (file: string): string => file.replace(COPIED_INTERFACE, "$1.$2");

/**
 * Compilation of sources some of which are in a folder `byte`, with their interfaces in the folder above. (OCaml's
 * makefiles copy the compiled interfaces.)
 */
function compileByte(sources: readonly string[], depend: ReadonlyMap<string, string[]>, options?: CompileOptions): Target[] {
  return compile(sources.map(above), depend, options).map((target): Target => {
    const needs = target.needs.map(above);
    const itsInterface = above(target.output.replace(/o$/, "i"));
    if (target.output.endsWith(".cmi") || !sources.map(above).includes(itsInterface.replace(/cmi$/, "mli"))) {
      return { ...target, needs };
    }
    return {
      ...target,
      alsoWrites: [],
      args: ["-cmi-file", itsInterface, ...target.args],
      needs: [...new Set([...needs, itsInterface])],
    };
  });
}

/** The dynlink library, for bytecode and native plugins, with units of ours (loader/library/) that OCaml's own use. */
function dynlinkTargets(read: ReadSource): Target[] {
  const folder = "otherlibs/dynlink";
  const own = ["dynlink_shared", "dynlink_bactrian"].map((unit) => `${folder}/${unit}`);
  const sources = [
    ...own.flatMap((unit) => [`${unit}.mli`, `${unit}.ml`]),
    ...makeVariable(read("Makefile"), "dynlink_SOURCES").filter((s) => !s.startsWith(`${folder}/native/`)),
  ];
  const depend = parseDepend(read(".depend"));
  for (const unit of ["byte/dynlink.cmo", "dynlink_common.cmo"]) {
    depend.get(`${folder}/${unit}`)!.push(...own.map((unit) => `${unit}.cmi`));
  }
  for (const file of ["cmi", "cmo"]) depend.set(`${folder}/dynlink_shared.${file}`, [`${folder}/dynlink_cmo_format.cmi`]);
  depend.set(`${folder}/dynlink_bactrian.cmo`, [`${folder}/dynlink_shared.cmi`]);
  return [
    ...compileByte([...sources, `${folder}/dynlink_cmo_format.mli`], depend),
    archive(`${folder}/dynlink.cma`, unitsOf(sources), []),
  ];
}

function lexer(base: string): Target {
  return {
    output: `${base}.ml`,
    alsoWrites: [],
    program: "boot/ocamllex",
    args: ["-q", `${base}.mll`],
    directory: ".",
    needs: [`${base}.mll`],
    label: `${base}.ml`,
  };
}
