/** Readers of units, libraries and executables, against OCaml's ocamlobjinfo and dumpobj (data/units/README.md). */
import { readFileSync } from "node:fs";
import t from "tap";
import { disassemble } from "../bytecode/disassembler.ts";
import {
  FormatError,
  MarshalBlock,
  type MarshalValue,
  type Reloc,
  codeWords,
  literalNodes,
  readExecutable,
  readLibrary,
  readUnit,
  readUnitDebug,
  unmarshal,
} from "../bytecode/formats/index.ts";
import { printConstant } from "../bytecode/formats/print.ts";
import { describeBytecode } from "../bytecode/info.ts";

const file = (name: string): Buffer => readFileSync(new URL(`data/units/${name}`, import.meta.url));
const lines = (name: string): string[] => file(name).toString().trimEnd().split("\n");
const boot = (name: string): Uint8Array => {
  return readFileSync(new URL(`../node_modules/ocaml/boot/${name}`, import.meta.url));
};

/** The lines of `some` that do not occur, in this order, in `all`. */
function missing(some: string[], all: string[]): string[] {
  let from = 0;
  return some.filter((line) => {
    const at = all.indexOf(line, from);
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

t.test("info says all that ocamlobjinfo says", async (t) => {
  for (const name of [
    "constants.cmo",
    "control.cmo",
    "control_debug.cmo",
    "control_zstd.cmo",
    "pair.cma",
    "bare.byte",
    "bare_launcher.byte",
  ]) {
    const info = describeBytecode(file(name), name).split("\n");
    t.strictSame(missing(lines(`${name}.objinfo`), info), [], name);
    t.ok(
      info.some((line) => line.startsWith("Functions: ")),
      `${name} passes the verifier`,
    );
  }
});

t.test("info lists code and locations as dumpobj does", async (t) => {
  for (const name of ["constants.cmo", "control.cmo", "control_debug.cmo", "control_zstd.cmo", "bare.byte"]) {
    const info = describeBytecode(file(name), name, { disassemble: true, locations: true })
      .trimEnd()
      .split("\n");
    const listing = lines(`${name}.dumpobj`).filter((line) => !isReloc(line));
    t.strictSame(info.slice(info.indexOf("Code:") + 1), listing, name);
  }
});

const isReloc = (line: string): boolean => /^ {4}\d+ {4}\(/.test(line);

t.test("relocations are those of dumpobj", async (t) => {
  const describe = (reloc: Reloc): string => {
    if (reloc.kind === "literal") return printConstant(reloc.value);
    const words = {
      getcompunit: "require        ",
      getpredef: "require predef ",
      setcompunit: "provide        ",
    };
    return reloc.kind === "primitive" ? `prim           ${reloc.name}` : words[reloc.kind] + reloc.name;
  };
  for (const name of ["constants.cmo", "control.cmo"]) {
    const found = readUnit(file(name)).relocs.map(
      (reloc) => `    ${reloc.pos}    (${reloc.pos / 4})    ${describe(reloc)}`,
    );
    t.strictSame(found, lines(`${name}.dumpobj`).filter(isReloc), name);
  }
});

t.test("unit", async (t) => {
  const unit = readUnit(file("constants.cmo"));
  t.match(unit, {
    name: "Constants",
    primitives: ["caml_six_bytecode", "caml_int64_float_of_bits"],
    forceLink: false,
  });
  t.equal(unit.imports.find((crc) => crc.name === "Stdlib")?.digest, "b7726274865ffd07290ef11351fb84fe");
  const literals = unit.relocs.flatMap((reloc) => (reloc.kind === "literal" ? [reloc.value] : []));
  t.ok(literals.includes(2n ** 62n - 1n), "an int that a number cannot hold");
  const nodes = literalNodes(
    literals.find((l) => l instanceof MarshalBlock && printConstant(l).includes("right"))!,
  );
  t.equal(
    printConstant(nodes[nodes.length - 1]!),
    '<0>(<0>(0, 1, 0), 2, <1>("right"))',
    "the literal comes last",
  );
  t.ok(nodes.every((node, i) => fieldsOf(node).every((f) => typeof f !== "object" || nodes.indexOf(f) < i)));
});

const fieldsOf = (value: MarshalValue): MarshalValue[] => (value instanceof MarshalBlock ? value.fields : []);

t.test("library", async (t) => {
  const library = readLibrary(file("pair.cma"));
  t.match(library, {
    custom: false,
    ccObjects: ["-lfirst", "-lsecond"],
    ccOptions: ["-L/opt/one", "-L/opt/two"],
    dllNames: ["-lone", "-ltwo"],
    units: [
      { name: "First", forceLink: true, requiredUnits: [] },
      { name: "Second", forceLink: true, requiredUnits: ["First", "Stdlib"] },
    ],
  });
  for (const unit of library.units) t.equal(unit.code.length, unit.codeSize);
});

t.test("executables of OCaml's own bootstrap", async (t) => {
  const ocamlc = readExecutable(boot("ocamlc"), "ocamlc");
  t.strictSame(
    ocamlc.sections.map((section) => section.name),
    ["CODE", "DLPT", "DLLS", "PRIM", "DATA", "SYMB"],
  );
  t.equal(ocamlc.primitives[0], "caml_abs_float");
  t.equal(ocamlc.globals?.symbols.filter((symbol) => symbol.kind === "predef").length, 12);
  t.match(
    ocamlc.globals?.symbols.find((symbol) => symbol.name === "Out_of_memory"),
    { kind: "predef", index: 0 },
  );
  t.equal(ocamlc.debug, undefined);
  t.equal(ocamlc.crcs, undefined);
  const data = unmarshal(ocamlc.data, 0, "DATA").value;
  t.equal(fieldsOf(data).length, ocamlc.globals?.count, "one initial value for each global");
});

t.test("executable with debug data", async (t) => {
  const program = readExecutable(file("bare.byte"));
  t.equal(Buffer.from(program.preamble).toString(), "#!/usr/bin/ocamlrun\n");
  t.strictSame(
    program.crcs?.map((crc) => crc.name),
    ["Bare_list", "Bare"],
  );
  t.equal(program.debug?.units.length, 2);
  // dumpobj: the ENVACC2 before the RAISE of Bare_list.head. An event one word after the address counts too.
  t.match(program.debug?.find(27 * 4), {
    module: "Bare_list",
    fileName: "bare_list.ml",
    defname: "Bare_list.head",
    startLine: 7,
    startChar: 26,
    endOffset: 37,
  });
  t.equal(program.debug?.find(11 * 4)?.pos, 12 * 4);
  t.equal(program.debug?.find(0), undefined);
  const inSecond = program.debug!.units[1]!.events.find((event) => event.startLine === 6)!;
  t.equal(program.debug!.find(program.debug!.units[1]!.origin + inSecond.pos)?.defname, "Bare.first");
  t.strictSame(program.debug?.units[1]?.directories, ["/src"]);
  const launched = readExecutable(file("bare_launcher.byte"));
  t.equal(launched.runtimePath, "/src/./ocamlrun");
  t.equal(Buffer.from(launched.preamble).toString(), "MZ: the launcher would be here\n");
});

t.test("compressed debug data is the same", async (t) => {
  const events = (name: string): unknown[] => {
    const unit = readUnit(file(name));
    return readUnitDebug(unit.debug!, unit.name).events.map((event) => [
      event.pos,
      event.startLine,
      event.kind,
    ]);
  };
  t.strictSame(events("control_zstd.cmo"), events("control_debug.cmo"));
  t.equal(events("control_zstd.cmo").length > 100, true);
});

t.test("files that are something else", async (t) => {
  const cmo = file("control.cmo");
  const withMagic = (magic: string): Uint8Array => {
    const copy = Uint8Array.from(cmo);
    copy.set(Buffer.from(magic));
    return copy;
  };
  const message = (bytes: Uint8Array): string => {
    try {
      readUnit(bytes, "x.cmo");
    } catch (error) {
      if (error instanceof FormatError) return `${error.kind}: ${error.problem}`;
      throw error;
    }
    return "none";
  };
  t.match(message(withMagic("Caml1999O031")), /^wrong-version: .*OCaml 4\.14,/);
  t.match(message(withMagic("Caml1999O022")), /^wrong-version: .*OCaml 4\.06,/);
  t.match(message(withMagic("Caml1999O036")), /^wrong-version: .*OCaml 5\.4,/);
  t.match(
    message(withMagic("Caml1999A035")),
    /^wrong-kind: .*bytecode library \(\.cma\) written by OCaml 5\.3/,
  );
  t.match(message(withMagic("Caml1999I035")), /^wrong-kind: .*interface/);
  t.match(message(withMagic("Caml2012T004")), /^wrong-kind: .*typed tree .*OCaml 4\.02/);
  t.match(message(boot("ocamllex")), /^wrong-kind: .*executable written by OCaml 5\.3/);
  t.match(message(withMagic("\u007fELF")), /^wrong-kind: this is an ELF file/);
  t.match(message(Buffer.from("let x = 1\n")), /^wrong-kind: this is a text file/);
  t.match(message(Buffer.from("#!/bin/sh\nexit 0\n")), /^wrong-kind: this is a script/);
  t.match(message(new Uint8Array(0)), /^empty:/);
  t.match(message(cmo.subarray(0, 10)), /^truncated:/);
  t.throws(() => readUnit(new Uint8Array(0), "x.cmo"), { message: /^x\.cmo: [^\n]*\.$/ });
});

t.test("units do not set the values of others", async (t) => {
  const bytes = file("control.cmo");
  const { pos, codeSize } = readUnit(bytes);
  // Reloc_setcompunit: a block of tag 3 with one field, which the unit's name has been written for before; now another.
  const relocation = bytes.indexOf(Uint8Array.of(0x93, 0x04), pos + codeSize);
  bytes[relocation + 2] = 13;
  t.throws(() => readUnit(bytes), {
    message: /it sets the value of another unit, CamlinternalLazy \(descriptor of unit Control\)/,
  });
});

t.test("deep and cyclic values", async (t) => {
  const marshalled = (data: Uint8Array, objects: number): Uint8Array => {
    const bytes = new Uint8Array(20 + data.length);
    const view = new DataView(bytes.buffer);
    [0x8495a6be, data.length, objects, 0, 0].forEach((word, i) => view.setUint32(4 * i, word));
    bytes.set(data, 20);
    return bytes;
  };
  // A million blocks, each the only field of the one before.
  const deep = new Uint8Array(1_000_001).fill(0x90);
  deep[1_000_000] = 0x47;
  let value = unmarshal(marshalled(deep, 1_000_000), 0, "test").value;
  let depth = 0;
  for (; value instanceof MarshalBlock; value = value.fields[0]!) depth++;
  t.strictSame([depth, value], [1_000_000, 7]);
  // let rec l = 1 :: l
  const cycle = unmarshal(marshalled(Uint8Array.of(0xa0, 0x41, 0x04, 0x01), 1), 0, "test").value;
  t.equal(fieldsOf(cycle)[1], cycle);
  t.throws(() => literalNodes(cycle), FormatError);
  // A block that claims more fields than there are bytes, and a string.
  t.throws(
    () => unmarshal(marshalled(Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0x00), 1), 0, "test"),
    FormatError,
  );
  t.throws(
    () => unmarshal(marshalled(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff), 1), 0, "test"),
    FormatError,
  );
});

t.test("listing of words that are no code", async (t) => {
  const names = { global: String, primitive: String };
  t.strictSame(
    [...disassemble(Int32Array.of(9, 1000, 84), names)],
    ["       0  PUSH", "       1  *** unknown opcode: 1000", "       2  BRANCH *** the code ends here"],
  );
  t.equal(codeWords(Uint8Array.of(1, 2, 3, 4))[0], 0x04030201);
});
