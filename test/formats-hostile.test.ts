/** Damaged units and executables: every truncated prefix, and many bit flips, give a FormatError or are read. */
import { readFileSync } from "node:fs";
import t from "tap";
import {
  identify,
  literalNodes,
  readExecutable,
  readUnitDebug,
  readUnits,
} from "../bytecode/formats/index.ts";
import { unlessMalformed } from "../bytecode/formats/errors.ts";
import { describeBytecode } from "../bytecode/info.ts";
import { zstdDecompress } from "../runtime/zstd.ts";
import { random } from "./support/random.ts";

const file = (name: string): Buffer => readFileSync(new URL(`data/units/${name}`, import.meta.url));

/** Decodes everything there is in a file. */
function readAll(bytes: Uint8Array): void {
  if (identify(bytes)?.kind === "exec") {
    const program = readExecutable(bytes);
    program.debug?.find(100);
    for (const unit of program.debug?.units ?? [])
      unit.directories.concat(unit.events.map((event) => event.defname));
  } else {
    for (const unit of readUnits(bytes)) {
      for (const reloc of unit.relocs) if (reloc.kind === "literal") literalNodes(reloc.value);
      if (unit.debug !== undefined) readUnitDebug(unit.debug, unit.name).find(40);
    }
  }
  describeBytecode(bytes, "file", { disassemble: true, locations: true });
}

/** Whether reading succeeds. Any exception but a FormatError passes through. */
const reads = (bytes: Uint8Array): boolean =>
  unlessMalformed(() => {
    readAll(bytes);
    return true;
  }) ?? false;

const FILES = ["constants.cmo", "pair.cma", "control_zstd.cmo", "bare.byte", "bare_launcher.byte"];

t.test("every prefix", async (t) => {
  for (const name of FILES) {
    const bytes = file(name);
    t.ok(reads(bytes), `${name} as it is`);
    const good: number[] = [];
    for (let length = 0; length < bytes.length; length++)
      if (reads(bytes.subarray(0, length))) good.push(length);
    t.strictSame(good, [], `no proper prefix of ${name} is accepted`);
  }
});

t.test("20,000 bit flips", async (t) => {
  const next = random(20251);
  const before = process.memoryUsage().rss;
  let slowest = 0;
  for (const name of FILES) {
    const original = file(name);
    const bytes = Uint8Array.from(original);
    let accepted = 0;
    for (let i = 0; i < 20_000 / FILES.length; i++) {
      // Half of the flips hit the last 2 KiB: descriptors, section tables.
      const from = i % 2 === 0 ? 0 : Math.max(0, bytes.length - 2048);
      const at = from + Math.floor(next() * (bytes.length - from));
      bytes[at]! ^= 1 << Math.floor(next() * 8);
      const start = performance.now();
      if (reads(bytes)) accepted++;
      slowest = Math.max(slowest, performance.now() - start);
      bytes[at] = original[at]!;
    }
    t.ok(accepted > 0, `${accepted} damaged versions of ${name} are still readable`);
    t.ok(accepted < 4000, "and the others are not");
  }
  t.ok(slowest < 2000, `no flip makes reading hang (slowest: ${slowest.toFixed(0)} ms)`);
  t.ok(process.memoryUsage().rss - before < 600 << 20, "nor allocate without bounds");
});

t.test("zstd frames that promise too much", async (t) => {
  // RFC 8878: magic, descriptor, window, then one RLE block of 8 bytes.
  const frame = (window: number, header: number): Uint8Array =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, window, header & 255, header >> 8, header >> 16, 0x61);
  const rle = (size: number): number => (size << 3) | 2 | 1;
  t.equal(Buffer.from(zstdDecompress(frame(0, rle(8)), 8)).toString(), "aaaaaaaa");
  for (const length of [7, 9, 2 ** 29, 2 ** 53, NaN, -1]) {
    t.throws(() => zstdDecompress(frame(0, rle(8)), length), Error, `announced: ${length}`);
  }
  t.throws(() => zstdDecompress(frame(0xff, rle(8)), 8), /window/);
  t.throws(() => zstdDecompress(frame(0, rle(200_000)), 200_000), /block/);
});
