/** Floats to text and back, held against OCaml's runtime: see test/data/numbers/numbers.ml. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { bitsOfFloat, floatOfBits } from "../runtime/numbers/binary.ts";
import { fusedMultiplyAdd } from "../runtime/numbers/fma.ts";
import { formatFloat, hexstringOfFloat } from "../runtime/numbers/format.ts";
import { floatOfString } from "../runtime/numbers/parse.ts";
import { readEdges } from "./support/numbers.ts";

const data = new URL("data/numbers/", import.meta.url);
const hexBits = (x: number): string => bitsOfFloat(x).toString(16);

// ---- Every format with values at the edges ---------------------------------------------------------------------------

/** glibc 2.36 writes 999999.5 as 1.e+06 here, where the C standard has it keep the zeros. */
const GLIBC_DROPS_ZEROS = /^%[- +0]*#[- +0]*\d*g$/;

t.test("formats and values at the edges", (t) => {
  const edges = readEdges();
  const inputs = edges.get("float_inputs")![0]!.map((bits) => floatOfBits(BigInt(`0x${bits}`)));
  for (const [format = "", ...expected] of edges.get("float")!) {
    const comparable = (_: unknown, i: number): boolean => !(GLIBC_DROPS_ZEROS.test(format) && inputs[i] === 999999.5);
    t.same(inputs.map((x) => formatFloat(format, x)).filter(comparable), expected.filter(comparable), format);
  }
  for (const [text, expected] of edges.get("float_of_string")!) {
    const x = floatOfString(text!);
    t.equal(x === undefined ? '!Failure("float_of_string")' : hexBits(x), expected, JSON.stringify(text));
  }
  t.end();
});

// ---- Random numbers -------------------------------------------------------------------------------------------------

/** splitmix64. */
class Generator {
  #state = 42n;
  #next(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }
  bits(shift = 0): bigint {
    return this.#next() >> BigInt(shift);
  }
  below(n: number): number {
    return Number(this.#next() >> 33n) % n;
  }
  /** The i-th kind of double of random_float in numbers.ml. Its operands are evaluated from right to left. */
  float(i: number): number {
    switch (i & 3) {
      case 0:
        return floatOfBits(this.bits());
      case 1:
        return this.below(0x100000) * 2 ** -this.below(14);
      case 2: {
        const shift = 11 + this.below(40);
        return Number(this.bits(shift)) / 10 ** this.below(16);
      }
      default: {
        const m = this.below(0x100000);
        return (2 * m + 1) * 5 * 10 ** this.below(18);
      }
    }
  }
}

const BLOCK = 100_000;

/** What numbers.ml does in a check: one result. */
type Check = (g: Generator, i: number) => string;

/** Digits of `alphabet` with a point somewhere. */
function digits(g: Generator, maxLength: number, places: number, alphabet: string): string {
  const length = 1 + g.below(maxLength);
  const point = g.below(places);
  let text = "";
  for (let i = 0; i < length; i++) {
    if (i === point) text += ".";
    text += alphabet[g.below(alphabet.length)];
  }
  return text;
}

function fma(g: Generator, i: number): string {
  const scale = [0, -520, -540, 508][i & 3]!;
  const one = (s: number): number => {
    const m = g.bits(11 + g.below(30));
    const x = ldexp(Number(m), s - 53);
    return g.below(2) === 0 ? x : -x;
  };
  const x = one(scale);
  const y = one(scale);
  const z = (i & 4) === 0 ? -(x * y) : one(2 * scale);
  return hexBits(fusedMultiplyAdd(x, y, z));
}

/** x · 2^n rounded once: the first step is exact. */
function ldexp(x: number, n: number): number {
  const first = Math.max(n, -900);
  return x * 2 ** first * 2 ** (n - first);
}

const checks: Readonly<Record<string, Check>> = {
  hexstring: (g, i) => {
    const x = g.float(i);
    const style = "-+ "[g.below(3)]!;
    return hexstringOfFloat(x, g.below(18) - 1, style);
  },
  round_trip: (g, i) => hexBits(floatOfString(formatFloat("%.17g", g.float(i)))!),
  short: (g, i) => {
    const x = g.float(i);
    return hexBits(floatOfString(formatFloat(`%.${g.below(18)}e`, x))!);
  },
  decimal: (g) => hexBits(floatOfString(`${digits(g, 40, 60, "0123456789")}e${g.below(680) - 360}`)!),
  hexadecimal: (g) => hexBits(floatOfString(`0x${digits(g, 24, 40, "0123456789abcdef")}p${g.below(2300) - 1200}`)!),
  fma,
};

const reference = new Map<string, string[]>();
for (const line of readFileSync(new URL("random.txt", data), "utf8").trimEnd().split("\n")) {
  const [, name, digest] = /^(.*) \d+ (\w+)$/.exec(line)!;
  if (!reference.has(name!)) reference.set(name!, []);
  reference.get(name!)!.push(digest!);
}

for (const [name, expected] of reference) {
  t.test(`${name}: ${expected.length * BLOCK} random numbers`, (t) => {
    const check = checks[name] ?? ((g, i) => formatFloat(name, g.float(i)));
    const g = new Generator();
    expected.forEach((digest, block) => {
      const results: string[] = [];
      for (let i = 0; i < BLOCK; i++) results.push(check(g, i));
      t.equal(createHash("md5").update(`${results.join("\n")}\n`, "latin1").digest("hex"), digest, `block ${block}`);
    });
    t.end();
  });
}
