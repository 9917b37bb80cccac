/**
 * The engine's samples, which know WebAssembly's functions, and those of the VM's stack, which know what is interpreted, put
 * together: stacks of OCaml's functions, with those of the runtime that they have called at their end.
 */
import type { Profiler } from "node:inspector";
import { definitionOf } from "../../native/names.ts";
import type { OcamlFunction } from "./functions.ts";
import type { StackSample } from "./sampler.ts";

export interface Frame {
  readonly name: string;
  /** OCaml code, Bactrian's runtime in WebAssembly, or JavaScript and the engine itself. */
  readonly kind: "ocaml" | "runtime" | "engine";
  readonly file: string;
  /** From 1; 0: unknown. */
  readonly line: number;
}

/** A sample, and microseconds until the next. */
export interface Weighed {
  /** From the outermost. */
  readonly stack: readonly Frame[];
  readonly micros: number;
}

/** The interpreter in the engine's profiles: binaryen's name for an import, in the place of which the build puts it. */
const INTERPRETER = /^fimport\$\d+$|^interpret$/;
/** Where the runtime begins, for the engine. */
const RUN = /^runtime\/core\/threads\/run_resume$|^run_resume$/;
/** Names of AssemblyScript's functions begin with their files. */
const RUNTIME_FOLDER = /^runtime\/core\//;
/** Functions of native code without debug events are called after their entry (native/unit.ts). */
const UNNAMED = /^f(\d+)$/;
/** Microseconds: samples of the VM's stack say nothing of what happens that much later or earlier. */
const NEAR = 20_000;

const INTERPRETED: Frame = { name: "(interpreted)", kind: "engine", file: "", line: 0 };

type Node = Profiler.ProfileNode;

/**
 * The samples of the engine while the program ran, each with the stack that it stands for, and when the first was taken. `ofEntry`: the
 * function that starts at a word of the code.
 */
export function weighedStacks(
  profile: Profiler.Profile,
  samples: readonly StackSample[],
  ofEntry: (entry: number) => OcamlFunction,
): { samples: Weighed[]; startTime: number } {
  const engine = new EngineStacks(profile, ofEntry);
  const nearest = nearestSample(samples);
  const deltas = profile.timeDeltas ?? [];
  let time = profile.startTime;
  const taken = (profile.samples ?? []).map((id, i) => ({ path: engine.path(id), at: (time += deltas[i]!) }));
  // What is before and after it is that of starting and ending the profiler.
  const runs = ({ path }: (typeof taken)[number]): boolean => path.some((node) => engine.isWasm(node));
  const first = taken.findIndex(runs);
  if (first < 0) return { samples: [], startTime: profile.startTime };
  const last = taken.findLastIndex(runs);
  const during = taken.slice(first, last + 1).map(({ path, at }, i): Weighed => {
    const end = taken[first + i + 1]?.at ?? profile.endTime;
    return { stack: stackOf(engine, path, nearest(at)), micros: Math.max(0, end - at) };
  });
  return { samples: during, startTime: taken[first]!.at };
}

function stackOf(engine: EngineStacks, path: readonly Node[], vm: StackSample | undefined): Frame[] {
  const start = path.findIndex((node) => engine.isCore(node));
  // Deep stacks are cut at their outer end.
  const cut = start < 0 && path.some((node) => engine.isWasm(node));
  if (start < 0 && !cut) return path.slice(-1).map((node) => engine.frame(node));
  const running = cut ? path : path.slice(start);
  const interpreter = running.findLastIndex((node) => engine.isCore(node) && INTERPRETER.test(node.callFrame.functionName));
  const called = running.slice(interpreter + 1).filter(({ callFrame }) => !RUN.test(callFrame.functionName)).map((node) => engine.frame(node));
  if (interpreter < 0 || called.some(({ kind }) => kind === "ocaml")) return called;
  const interpreted = vm ? vm.stack.map(ocamlFrame) : [INTERPRETED];
  return [...interpreted, ...called];
}

const frames = new WeakMap<OcamlFunction, Frame>();

function ocamlFrame(of: OcamlFunction): Frame {
  let frame = frames.get(of);
  if (!frame) frames.set(of, (frame = { ...of, kind: "ocaml" }));
  return frame;
}

/** The sample of the VM's stack that is nearest to a time; times are asked for in their order. */
function nearestSample(samples: readonly StackSample[]): (at: number) => StackSample | undefined {
  let i = 0;
  return (at) => {
    while (i + 1 < samples.length && Math.abs(samples[i + 1]!.at - at) <= Math.abs(samples[i]!.at - at)) i++;
    const found = samples[i];
    return found && Math.abs(found.at - at) <= NEAR ? found : undefined;
  };
}

/** The tree of the engine's profile. */
class EngineStacks {
  private readonly nodes = new Map<number, Node>();
  private readonly parents = new Map<number, number>();
  private readonly paths = new Map<number, readonly Node[]>();
  private readonly made = new Map<string, Frame>();
  /** The URL of core.wasm. */
  private readonly core: string | undefined;

  private readonly ofEntry: (entry: number) => OcamlFunction;

  constructor(profile: Profiler.Profile, ofEntry: (entry: number) => OcamlFunction) {
    this.ofEntry = ofEntry;
    for (const node of profile.nodes) {
      this.nodes.set(node.id, node);
      for (const child of node.children ?? []) this.parents.set(child, node.id);
    }
    this.core = profile.nodes.find((node) => this.isWasm(node) && RUN.test(node.callFrame.functionName))?.callFrame.url;
  }

  isWasm({ callFrame }: Node): boolean {
    return callFrame.url.startsWith("wasm:");
  }

  isCore({ callFrame }: Node): boolean {
    return this.core !== undefined && callFrame.url === this.core;
  }

  /** From below the root to a node. */
  path(id: number): readonly Node[] {
    const known = this.paths.get(id);
    if (known) return known;
    const parent = this.parents.get(id);
    const path = parent === undefined ? [] : [...this.path(parent), this.nodes.get(id)!];
    this.paths.set(id, path);
    return path;
  }

  frame(node: Node): Frame {
    const { functionName, url, lineNumber } = node.callFrame;
    const kind = this.isCore(node) ? "runtime" : this.isWasm(node) ? "ocaml" : "engine";
    const entry = kind === "ocaml" ? UNNAMED.exec(functionName)?.[1] : undefined;
    if (entry !== undefined) return ocamlFrame(this.ofEntry(Number(entry)));
    const name = kind === "ocaml" ? definitionOf(functionName) : functionName.replace(RUNTIME_FOLDER, "") || "(anonymous)";
    const key = `${kind} ${name} ${url}`;
    let frame = this.made.get(key);
    if (!frame) {
      const script = kind === "engine" ? { file: url, line: lineNumber + 1 } : { file: "", line: 0 };
      this.made.set(key, (frame = { name, kind, ...script }));
    }
    return frame;
  }
}
