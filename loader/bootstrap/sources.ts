/**
 * Sources that OCaml's own build generates with configure, awk, sed, cpp or shell scripts, generated here from the same
 * templates. All functions are pure: texts in, text out.
 */
import { FILE_OPCODES, instructions } from "../../bytecode/instructions/table.ts";

/** Replace @NAME@ in a template of configure. Throws when a name has no value. */
export function configureTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@(\w+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template asks for @${name}@, which has no value`);
    return value;
  });
}

export interface OcamlVersion {
  readonly major: string;
  readonly minor: string;
  readonly patchlevel: string;
  /** Digits of the magic numbers, such as 035. */
  readonly magic: string;
}

/** From build-aux/ocaml_version.m4. */
export function ocamlVersion(m4: string): OcamlVersion {
  const value = (name: string): string => {
    const match = new RegExp(`m4_define\\(\\[${name}\\], \\[([^\\]]*)\\]\\)`).exec(m4);
    if (!match) throw new Error(`ocaml_version.m4 does not define ${name}`);
    return match[1]!;
  };
  return {
    major: value("OCAML__VERSION_MAJOR"),
    minor: value("OCAML__VERSION_MINOR"),
    patchlevel: value("OCAML__VERSION_PATCHLEVEL"),
    magic: value("MAGIC_NUMBER__VERSION"),
  };
}

/** stdlib/sys.ml from sys.ml.in. */
export function sysModule(template: string, v: OcamlVersion): string {
  return configureTemplate(template, {
    configure_input: "stdlib/sys.ml.  Generated from sys.ml.in by configure.",
    VERSION: `${v.major}.${v.minor}.${v.patchlevel}`,
    OCAML_DEVELOPMENT_VERSION: "false",
    OCAML_VERSION_MAJOR: v.major,
    OCAML_VERSION_MINOR: v.minor,
    OCAML_VERSION_PATCHLEVEL: v.patchlevel,
    OCAML_RELEASE_EXTRA: "None",
  });
}

/** Letters in the magic numbers of each kind of file (build-aux/ocaml_version.m4). */
const MAGIC_LETTERS: Readonly<Record<string, string>> = {
  EXEC: "X",
  CMI: "I",
  CMO: "O",
  CMA: "A",
  CMX: "Y",
  CMXA: "Z",
  AST_IMPL: "M",
  AST_INTF: "N",
  CMXS: "D",
  CMT: "T",
  LINEAR: "L",
};

/** Magic numbers by their names in templates. */
function magicNumbers(v: OcamlVersion): Record<string, string> {
  const entries = Object.entries(MAGIC_LETTERS);
  return Object.fromEntries(entries.map(([kind, letter]) => [`${kind}_MAGIC_NUMBER`, `Caml1999${letter}${v.magic}`]));
}

/** otherlibs/dynlink/dynlink_config.ml. */
export function dynlinkConfigModule(template: string, v: OcamlVersion): string {
  const magic = magicNumbers(v);
  const length = String(magic.CMO_MAGIC_NUMBER!.length);
  return configureTemplate(template, { ...magic, MAGIC_LENGTH: length, SO: "so", QS: "", configure_input: "" });
}

/**
 * utils/config.ml: what this OCaml says of itself. There is no C compiler, assembler or native code generator; values
 * for them are empty or false.
 */
export function configModule(generated: string, common: string, v: OcamlVersion, libraryDirectory: string): string {
  const off = [
    "cc_has_debug_prefix_map",
    "as_has_debug_prefix_map",
    "supports_shared_libraries",
    "natdynlink",
    "flambda",
    "flambda_invariants",
    "cmm_invariants",
    "function_sections",
    "afl",
    "native_compiler",
    "asm_cfi_supported",
    "frame_pointers",
    "ar_supports_response_files",
    "tsan",
  ];
  const empty = [
    "CC",
    "outputobj",
    "bytecode_cflags",
    "bytecode_cppflags",
    "native_cflags",
    "native_cppflags",
    "zstd_libs",
    "cclibs",
    "native_ldflags",
    "PACKLD",
    "rpath",
    "mksharedlibrpath",
    "AR",
    "mkdll_exp",
    "mkexe_exp",
    "mkmaindll_exp",
    "AS",
    "exeext",
    "flexdll_dir",
  ];
  const values = {
    ...Object.fromEntries(off.map((name) => [name, "false"])),
    ...Object.fromEntries(empty.map((name) => [name, ""])),
    ...magicNumbers(v),
    QS: "",
    configure_input: "utils/config.ml.  Generated from its templates.",
    ocaml_bindir: `${libraryDirectory}/bin`,
    ocaml_libdir: libraryDirectory,
    ccomptype: "cc",
    windows_unicode: "0",
    flat_float_array: "true",
    reserved_header_bits: "0",
    systhread_support: "true",
    arch: "bactrian",
    model: "default",
    system: "bactrian",
    OBJEXT: "o",
    S: "s",
    libext: "a",
    SO: "so",
    host: "wasm32-unknown-bactrian",
    target: "wasm32-unknown-bactrian",
  };
  return configureTemplate(generated, values) + configureTemplate(common, values);
}

/** stdlib.ml, stdlib.mli and the labelled modules' interfaces (stdlib/expand_module_aliases.awk). */
export function expandModuleAliases(text: string, fileName: string): string {
  const out = [`# 1 "${fileName}"`];
  let state = 0;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (line.includes("(*MODULE_ALIASES*)")) state = 1;
    if (state === 0) {
      let copy = line;
      if (fileName.includes("Labels") && /@since [^(]* \(/.test(copy)) {
        copy = copy.replace(/@since [^(]* \(/, "@since ").replace(/ in [^)]*\)/, "");
      }
      out.push(copy);
    } else if (state === 1) {
      state = 2;
    } else {
      const words = line.trim().split(/\s+/);
      if (words[0] === "module") {
        out.push(`\n(** @canonical Stdlib.${words[1]} *)`, `module ${words[1]} = Stdlib__${words[3]}`);
      } else out.push(line);
    }
  }
  return out.join("\n") + "\n";
}

/** bytecomp/opcodes.ml and its interface. */
export function opcodesModule(): { ml: string; mli: string } {
  const names = instructions.slice(0, FILE_OPCODES).map((row) => row.name);
  return {
    ml: names.map((name, i) => `let op${name} = ${i}\n`).join(""),
    mli: names.map((name) => `val op${name} : int\n`).join(""),
  };
}

/** Names of the primitives that a C source of OCaml's defines (runtime/gen_primitives.sh). */
export function primitivesDefinedIn(source: string): string[] {
  return [...source.matchAll(/^CAMLprim value ([a-z][a-z0-9_]*)/gm)].map((m) => m[1]!);
}

/** Names of the C functions that an OCaml source declares as external. */
export function externalsOf(source: string): string[] {
  const declarations = source.matchAll(/\bexternal\b[^=]*?=((?:\s*"[^"]*")+)/g);
  return [...declarations].flatMap((d) => [...d[1]!.matchAll(/"([^"%]+)"/g)].map((m) => m[1]!));
}

/** lambda/runtimedef.ml (lambda/generate_runtimedef.sh): predefined exceptions, and the primitives of the runtime. */
export function runtimedefModule(failHeader: string, primitives: readonly string[]): string {
  const exceptions = [...failHeader.matchAll(/\/\* ("[A-Za-z_]*") \*\/$/gm)].map((m) => m[1]!);
  const array = (items: readonly string[]): string => `[|\n${items.map((item) => `  ${item};\n`).join("")}|]`;
  return (
    `let builtin_exceptions = ${array(exceptions)}\n` +
    `let builtin_primitives = ${array(primitives.map((p) => `"${p}"`))}\n`
  );
}

/** utils/domainstate.ml and its interface, from runtime/caml/domain_state.tbl and config.h. */
export function domainstateModule(table: string, configHeader: string): { ml: string; mli: string } {
  const fields = [...table.matchAll(/^DOMAIN_STATE\(\s*[^,]+,\s*(\w+)\s*\)/gm)].map((m) => m[1]!);
  const contextWords = /#define Stack_ctx_words (.*)/.exec(configHeader)![1]!;
  const type = `type t =\n${fields.map((f) => `| Domain_${f}\n`).join("")}`;
  const cases = fields.map((f, i) => `  | Domain_${f} -> ${i}\n`).join("");
  return {
    ml: `let stack_ctx_words = ${contextWords}\n${type}let idx_of_field = function\n${cases}`,
    mli: `val stack_ctx_words : int\n${type}val idx_of_field : t -> int\n`,
  };
}

/** parsing/parser.ml, .mli and camlinternalMenhirLib: menhir's output under OCaml's own names. */
export function menhirModule(text: string): string {
  return text.replaceAll("MenhirLib", "CamlinternalMenhirLib");
}
