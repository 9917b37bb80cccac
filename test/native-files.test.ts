/** Files of native code: written twice they are the same, read again they are what was written, and all damage is found. */
import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { FormatError, type FormatErrorKind, readExecutable, readUnits } from "../bytecode/formats/index.ts";
import { loadCore } from "../loader/installation.ts";
import { compileLibrary, compileExecutable } from "../native/compile.ts";
import { checkAbi, FORMAT_VERSION, type NativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import { writeNativeFile } from "../native/file-write.ts";
import { customSection, customSections } from "../native/wasm-sections.ts";
import { below, random } from "./support/random.ts";
import { testFolder } from "./support/programs.ts";

const core = loadCore();
const stored = (name: string): Uint8Array => new Uint8Array(readFileSync(`${testFolder("data/units")}${name}`));

function make(name: string): NativeFile {
  const bytes = stored(name);
  return name.endsWith(".byte") ? compileExecutable(readExecutable(bytes, name), core) : compileLibrary(bytes, core, name);
}

const NAMES = ["bare.byte", "control.cmo", "pair.cma"] as const;
const files = new Map(NAMES.map((name) => [name as string, writeNativeFile(make(name))]));

/** That reading throws FormatError of a kind, whose text, one line with a remedy, matches. */
function refused(t: Test, bytes: Uint8Array, kind: FormatErrorKind, text: RegExp): void {
  try {
    readNativeFile(bytes, "file");
    t.fail(`accepted: ${text}`);
  } catch (e) {
    if (!(e instanceof FormatError)) throw e;
    t.equal(e.kind, kind, e.message);
    t.match(e.message, /^file: [^\n]*\)\. [A-Z][^\n]*\.$/);
    t.match(e.message, text);
  }
}

t.test("what is written is read again", (t) => {
  for (const name of NAMES) {
    const made = make(name);
    const bytes = files.get(name)!;
    t.strictSame(writeNativeFile(made), bytes, `${name}: the same bytes again`);
    const { code, ...rest } = readNativeFile(bytes, name);
    const { module, wasm, ...read } = code;
    const { code: madeCode, ...madeRest } = made;
    const { wasm: madeWasm, ...written } = madeCode;
    t.ok(module instanceof WebAssembly.Module);
    t.strictSame(wasm.subarray(0, madeWasm.length), madeWasm);
    t.strictSame(read, written, `${name}: code`);
    t.strictSame(rest, madeRest, `${name}: the rest`);
    t.strictSame(rest.bytecode, stored(name), `${name}: its bytecode`);
    t.ok(code.functions.length > 0);
  }
  const pair = readNativeFile(files.get("pair.cma")!).code;
  t.equal(pair.parts.length, readUnits(stored("pair.cma")).length, "a part for each unit");
  t.end();
});

t.test("engines take the module, and its functions have names", (t) => {
  for (const bytes of files.values()) {
    t.ok(WebAssembly.validate(bytes as BufferSource));
    t.ok(customSections(bytes).some(({ name }) => name === "name"));
  }
  t.end();
});

t.test("what is no native code", (t) => {
  refused(t, new Uint8Array(), "empty", /an empty file/);
  refused(t, Buffer.from("7f454c4602010100", "hex"), "wrong-kind", /an ELF file .*with bactrian compile/);
  refused(t, Buffer.from("cffaedfe0c000001", "hex"), "wrong-kind", /a Mach-O file .*with bactrian compile/);
  refused(t, Buffer.from("let () = ()\n"), "wrong-kind", /a text file/);
  refused(t, stored("control.cmo"), "wrong-kind", /an OCaml bytecode unit .*with bactrian compile/);
  const empty = Buffer.from("0061736d01000000", "hex");
  refused(t, empty, "wrong-kind", /a WebAssembly module without/);
  refused(t, Buffer.from("0061736d02000000", "hex"), "corrupt", /no module of WebAssembly 1/);
  refused(t, Buffer.concat([empty, customSection("name", new Uint8Array(3))]), "wrong-kind", /a WebAssembly module without/);
  refused(t, Buffer.concat([empty, customSection("bactrian", Uint8Array.of(FORMAT_VERSION))]), "truncated", /no checksum/);
  t.end();
});

t.test("other versions", (t) => {
  const bytes = files.get("control.cmo")!;
  const other = bytes.slice();
  other[customSections(bytes).at(-1)!.contents] = FORMAT_VERSION + 1;
  refused(t, other, "wrong-version", new RegExp(`in format ${FORMAT_VERSION + 1}, Bactrian has format ${FORMAT_VERSION} `));
  const made = make("control.cmo");
  refused(t, writeNativeFile({ ...made, ocaml: "OCaml 5.2" }), "wrong-version", /native code of OCaml 5\.2, Bactrian runs OCaml 5\.3/);
  t.throws(() => checkAbi({ ...made, abi: "0" }, core), { name: "FormatError", kind: "wrong-version" });
  t.doesNotThrow(() => checkAbi(made, core));
  t.end();
});

t.test("contents that contradict the module or themselves, under a right checksum", (t) => {
  const made = make("pair.cma");
  const { code } = made;
  const changed = (change: Partial<NativeFile["code"]>): Uint8Array => writeNativeFile({ ...made, code: { ...code, ...change } });
  refused(t, changed({ wasm: Buffer.from("0061736d01000000ff00", "hex") }), "corrupt", /WebAssembly refuses it/);
  refused(t, changed({ parts: code.parts.map(({ start, length }) => ({ start: start + 1, length })) }), "corrupt", /parts without gaps/);
  refused(t, changed({ globalWords: Int32Array.of(1 << 29) }), "corrupt", /indices below/);
  refused(t, changed({ siteCodeAddresses: Int32Array.of(-1) }), "corrupt", /indices below/);
  refused(t, changed({ siteEntries: Int32Array.of(1_000_000_000) }), "corrupt", /indices below/);
  refused(t, changed({ continuations: 0, siteWords: Int32Array.of(0), siteEntries: Int32Array.of(0), siteCodeAddresses: Int32Array.of() }), "corrupt", /numbers of its continuations/);
  refused(t, changed({ functions: code.functions.map((f) => ({ ...f, arity: 999 })) }), "corrupt", /an int up to/);
  refused(t, changed({ functions: code.functions.map((f) => ({ ...f, entry: 1 << 28 })) }), "corrupt", /an int up to/);
  refused(t, changed({ parts: [{ start: 0, length: 1 }] }), "corrupt", /native code of its bytecode/);
  refused(t, writeNativeFile({ ...made, bytecode: stored("control.cmo") }), "corrupt", /native code of its bytecode/);
  refused(t, writeNativeFile({ ...made, kind: "program" }), "wrong-kind", /an OCaml bytecode library .*, not an OCaml bytecode executable/);
  refused(t, writeNativeFile({ ...made, kind: "library" as "plugin" }), "corrupt", /program or plugin/);
  t.end();
});

t.test("every truncated prefix of the section and of the first bytes, and prefixes between", (t) => {
  const bytes = files.get("control.cmo")!;
  const { start } = customSections(bytes).at(-1)!;
  let lengths = 0;
  for (let length = 0; length < bytes.length; length += length < 100 || length > start - 100 ? 1 : 37) {
    lengths++;
    t.throws(() => readNativeFile(bytes.subarray(0, length)), FormatError, `${length} bytes`);
  }
  t.ok(lengths > 1000);
  t.end();
});

t.test("600 changes of single bytes, and 200 of whole stretches", (t) => {
  const next = random(53);
  for (let i = 0; i < 800; i++) {
    const bytes = files.get(NAMES[i % NAMES.length]!)!.slice();
    const at = below(next, bytes.length);
    const length = i < 600 ? 1 : 1 + below(next, 64);
    for (let j = at; j < Math.min(at + length, bytes.length); j++) bytes[j]! ^= 1 + below(next, 255);
    t.throws(() => readNativeFile(bytes), FormatError, `change ${i}, of byte ${at}`);
  }
  t.end();
});
