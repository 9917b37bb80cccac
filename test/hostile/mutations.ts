/** Damaging files: each mutation is known by its seed. */
import { identify, readExecutable, readUnits } from "../../bytecode/formats/index.ts";
import { below, oneOf, type Random, random } from "../support/random.ts";

/** A part of a file that is damaged as often as every other one, whatever its size. */
export interface Region {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Mutant {
  readonly bytes: Uint8Array;
  /** The kind of damage and its region: "flip CODE". */
  readonly damage: string;
}

/** Parts that are damaged more often. */
const WEIGHTS: Readonly<Record<string, number>> = { CODE: 4, DATA: 2, code: 3 };

/** The sections of an executable, or the code, debug data and descriptors of units; and what is around them. */
export function regionsOf(bytes: Uint8Array): Region[] {
  const regions: Region[] = [];
  const add = (name: string, start: number, length: number): void => {
    const region = { name, start, end: start + length };
    if (length > 0) regions.push(...new Array<Region>(WEIGHTS[name] ?? 1).fill(region));
  };
  const kind = identify(bytes)?.kind;
  if (kind === "exec") {
    for (const { name, pos, length } of readExecutable(bytes).sections) add(name, pos, length);
  } else if (kind === "cmo" || kind === "cma") {
    for (const unit of readUnits(bytes)) {
      add("code", unit.pos, unit.codeSize);
      add("debug", unit.debugPos, unit.debugSize);
    }
  }
  const last = regions.reduce((end, region) => Math.max(end, region.end), 0);
  add(kind === "exec" ? "table" : "data", last, bytes.length - last);
  return regions;
}

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 1000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xffffff00];

type Damage = (bytes: Uint8Array, region: Region, next: Random) => Uint8Array;

const inside = (region: Region, next: Random, margin = 0): number =>
  region.start + below(next, Math.max(1, region.end - region.start - margin));

/** A few words or more of the region. */
const extent = (region: Region, next: Random): number => 1 + below(next, Math.min(64, region.end - region.start));

const DAMAGES: Readonly<Record<string, Damage>> = {
  flip: (bytes, region, next) => {
    for (let n = 1 + below(next, 3); n > 0; n--) bytes[inside(region, next)]! ^= 1 << below(next, 8);
    return bytes;
  },
  word: (bytes, region, next) => {
    const at = region.start + ((inside(region, next, 3) - region.start) & ~3);
    const word = next() < 0.5 ? oneOf(next, INTERESTING) : below(next, 160);
    const bigEndian = next() < 0.3;
    for (let i = 0; i < 4; i++) if (at + i < bytes.length) bytes[at + i] = word >>> (8 * (bigEndian ? 3 - i : i));
    return bytes;
  },
  byte: (bytes, region, next) => {
    bytes[inside(region, next)] = below(next, 256);
    return bytes;
  },
  /** Bytes from somewhere else in the file. */
  splice: (bytes, region, next) => {
    const length = extent(region, next) & ~3;
    const at = inside(region, next, length) & ~3;
    bytes.copyWithin(at, below(next, bytes.length - length) & ~3, Math.min(bytes.length, at + length));
    return bytes;
  },
  /** A range twice: what follows moves. */
  double: (bytes, region, next) => {
    const at = inside(region, next);
    const length = Math.min(extent(region, next), bytes.length - at);
    return joined(bytes.subarray(0, at + length), bytes.subarray(at));
  },
  /** A range is missing. */
  cut: (bytes, region, next) => {
    const at = inside(region, next);
    return joined(bytes.subarray(0, at), bytes.subarray(at + extent(region, next)));
  },
  truncate: (bytes, region, next) => bytes.subarray(0, inside(region, next)),
};

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}

/** Flips and words most often: they go deepest. */
const CHOICES = ["flip", "flip", "flip", "word", "word", "word", "byte", "splice", "splice", "double", "cut", "truncate"];

/** The file, damaged. */
export function mutate(original: Uint8Array, regions: readonly Region[], seed: number): Mutant {
  const next = random(Math.imul(seed, 0x9e3779b1));
  const region = oneOf(next, regions);
  const damage = oneOf(next, CHOICES);
  const bytes = DAMAGES[damage]!(Uint8Array.from(original), region, next);
  return { bytes, damage: `${damage} ${region.name}` };
}
