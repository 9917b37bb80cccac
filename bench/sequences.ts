/** Which sequences of instructions save most dispatches, from counts of executions. */
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { inlinedPrimitives } from "../bytecode/instructions/inlined.ts";
import { type Instruction, instructions } from "../bytecode/instructions/table.ts";

/** One program's run. */
export interface Profile {
  readonly name: string;
  readonly code: Int32Array;
  /** Names of the primitives that C_CALLs are numbered by. */
  readonly primitives: readonly string[];
  /** How often the instruction at each word was executed. */
  readonly counts: Float64Array;
}

const MAX_PARTS = 7;
/** Instructions executed less often than this share of all are left out. */
const NEGLIGIBLE = 1e-6;
/** Operands up to this are worth a superinstruction of their own, for instructions whose operand moves the stack. */
const SMALL = 6;
const SPECIALISED = /^(POP|RETURN|GRAB|APPTERM[123]|OFFSETINT|MAKEBLOCK[123]|GETFIELD|ENVACC|PUSHENVACC|CONSTINT|PUSHCONSTINT)$/;
/** These go elsewhere, or are too large to be worth a copy: they can only end a sequence. */
const LAST = /^(BRANCH|SWITCH|APPLY.*|APPTERM.*|RETURN|RAISE.*|RERAISE|STOP|PERFORM|RESUME.*|REPERFORM.*|CHECK_SIGNALS|CLOSUREREC|C_CALL.)$/;
/** These cannot be in a sequence at all: they depend on where their words are, or are the VM's own. */
const NEVER = /^(RESTART|CLOSUREREC|GETPUBMET|GETDYNMET|EVENT|BREAK|PUSH_RETADDR|C_CALLN|APPTERM|STOP|PERFORM|RESUME.*|REPERFORM.*|SWITCH)$/;
/** What a call of a fixed primitive saves, in dispatches: it needs no dispatch of its own. */
const DIRECT_CALL_GAIN = 0.7;

interface Site {
  /** How the instruction is written in a sequence. */
  readonly word: string;
  readonly row: Instruction;
  /** Share of the program's executions. */
  readonly count: number;
  /** Executions that a superinstruction before it takes over. */
  covered: number;
  /** Length in parts of the superinstruction that starts here; 1: none. */
  length: number;
  readonly next: Site | undefined;
}

function wordOf(row: Instruction, code: Int32Array, at: number, primitives: readonly string[]): string {
  if (/^C_CALL[1-5]$/.test(row.name)) return `${row.name}(${primitives[code[at + 1]!]})`;
  if (SPECIALISED.test(row.name) && Math.abs(code[at + 1]!) <= SMALL) return `${row.name}(${code[at + 1]!})`;
  return row.name;
}

/** The sites of a program that are executed, each linked to the one that follows it. */
function sitesOf({ code, counts, primitives }: Profile): Site[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const starts: number[] = [];
  for (let i = 0; i < code.length; i += instructionLength(code, i)) starts.push(i);
  const sites: Site[] = [];
  let next: Site | undefined;
  for (const at of starts.reverse()) {
    const count = counts[at]! / total;
    const row = instructions[code[at]!]!;
    const site: Site = { word: wordOf(row, code, at, primitives), row, count, covered: 0, length: 1, next };
    next = site;
    if (count > NEGLIGIBLE && !NEVER.test(row.name)) sites.push(site);
  }
  return sites.reverse();
}

/** The parts of the longest sequence that could start at a site. */
function partsFrom(site: Site): Site[] {
  const parts: Site[] = [];
  for (let s: Site | undefined = site; s && parts.length < MAX_PARTS; s = s.next) {
    if (NEVER.test(s.row.name) || s.count <= NEGLIGIBLE) break;
    parts.push(s);
    if (LAST.test(s.row.name) && !isInlined(s)) break;
  }
  return parts;
}

/** Whether it is a call whose primitive is not inlined anyway. */
const isDirectCall = (site: Site): boolean => /^C_CALL[1-5]/.test(site.word) && !isInlined(site);
const isInlined = (site: Site): boolean => inlinedPrimitives.has(site.word.replace(/^C_CALL.\(|\)$/g, ""));

/** Dispatches saved when `parts` are executed as one, as often as the first is dispatched. */
function saved(parts: readonly Site[]): number {
  const first = parts[0]!;
  const dispatched = Math.max(0, first.count - first.covered);
  let gain = isDirectCall(parts.at(-1)!) ? dispatched * DIRECT_CALL_GAIN : 0;
  for (const part of parts.slice(1)) gain += dispatched * Math.min(1, part.count / first.count);
  return gain;
}

/** Recompute what superinstructions cover, in code order. */
function cover(sites: readonly Site[]): void {
  for (const site of sites) site.covered = 0;
  for (const site of sites) {
    if (site.length === 1) continue;
    const dispatched = Math.max(0, site.count - site.covered);
    let part = site.next;
    for (let k = 1; k < site.length && part; k++, part = part.next) {
      part.covered += dispatched * Math.min(1, part.count / site.count);
    }
  }
}

/** What each sequence would save in a program, on top of those that are chosen. */
function gainsIn(sites: readonly Site[], chosen: readonly string[]): Map<string, number> {
  const gains = new Map<string, number>();
  for (const site of sites) {
    if (site.count - site.covered <= 0) continue;
    const parts = partsFrom(site);
    const before = site.length > 1 || chosen.includes(site.word) ? saved(parts.slice(0, site.length)) : 0;
    for (let n = 1; n <= parts.length; n++) {
      if (n <= site.length && !(n === 1 && site.length === 1)) continue;
      const gain = saved(parts.slice(0, n)) - before;
      if (gain <= 0) continue;
      const name = parts.slice(0, n).map((s) => s.word).join(" ");
      gains.set(name, (gains.get(name) ?? 0) + gain);
    }
  }
  return gains;
}

/** The `count` sequences that together save most, the best first. */
export function chooseSequences(profiles: readonly Profile[], count: number, report: (line: string) => void): string[] {
  const programs = profiles.map(sitesOf);
  const chosen: string[] = [];
  while (chosen.length < count) {
    const votes = new Map<string, number>();
    for (const sites of programs) {
      for (const [name, gain] of gainsIn(sites, chosen)) {
        // The square root favours what serves many programs a little over what serves one a lot.
        votes.set(name, (votes.get(name) ?? 0) + Math.sqrt(gain));
      }
    }
    const best = [...votes].filter(([name]) => !chosen.includes(name)).sort((a, b) => b[1] - a[1])[0];

    if (!best) break;
    const [name, gain] = best;
    chosen.push(name);
    const words = name.split(" ");
    for (const sites of programs) {
      for (const site of sites) {
        const parts = partsFrom(site);
        if (words.length > site.length && words.every((w, i) => parts[i]?.word === w)) site.length = words.length;
      }
      cover(sites);
    }
    report(`${String(chosen.length).padStart(4)} ${gain.toFixed(3)}  ${name}`);
  }
  const left = programs.map((sites) => sites.reduce((sum, s) => sum + Math.max(0, s.count - s.covered), 0));
  profiles.forEach(({ name }, i) => report(`${name}: ${(100 * left[i]!).toFixed(1)} % of the dispatches are left`));
  return chosen;
}
