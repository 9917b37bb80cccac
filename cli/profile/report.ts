/** Profiles as a table, and as a file for viewers of flame graphs. */
import type { Profiler } from "node:inspector";
import { markdownTable } from "markdown-table";
import type { Frame, Weighed } from "./stacks.ts";

export interface FunctionTime {
  readonly frame: Frame;
  /** Microseconds in the function itself, and with what it has called. */
  self: number;
  total: number;
}

/** What functions have taken, the most expensive first. */
export function functionTimes(samples: readonly Weighed[]): FunctionTime[] {
  const times = new Map<string, FunctionTime>();
  const timeOf = (frame: Frame): FunctionTime => {
    const key = `${frame.kind} ${frame.name} ${frame.file}`;
    let time = times.get(key);
    if (!time) times.set(key, (time = { frame, self: 0, total: 0 }));
    return time;
  };
  for (const { stack, micros } of samples) {
    const leaf = stack.at(-1);
    if (!leaf) continue;
    timeOf(leaf).self += micros;
    for (const time of new Set(stack.map(timeOf))) time.total += micros;
  }
  return [...times.values()].sort((a, b) => b.self - a.self || b.total - a.total);
}

const KINDS = { ocaml: "", runtime: "runtime", engine: "JavaScript" } as const;

/** The first `rows` functions. */
export function profileTable(samples: readonly Weighed[], rows: number): string {
  const all = samples.reduce((sum, { micros }) => sum + micros, 0) || 1;
  const percent = (micros: number): string => `${((100 * micros) / all).toFixed(1)} %`;
  const lines = functionTimes(samples)
    .slice(0, rows)
    .map(({ frame, self, total }) => [frame.name, KINDS[frame.kind], (self / 1000).toFixed(0), percent(self), percent(total)]);
  return `${markdownTable([["function", "", "self (ms)", "self", "with callees"], ...lines], { align: ["l", "l", "r", "r", "r"] })}\n`;
}

interface TreeNode {
  readonly id: number;
  readonly frame: Frame | undefined;
  readonly children: Map<Frame, TreeNode>;
  hits: number;
}

/** A .cpuprofile, which Chrome's developer tools, VS Code and speedscope open (Chrome DevTools Protocol: Profiler.Profile). */
export function cpuProfile(samples: readonly Weighed[], startTime: number): Profiler.Profile {
  const nodes: TreeNode[] = [];
  const make = (frame: Frame | undefined): TreeNode => {
    const node: TreeNode = { id: nodes.length + 1, frame, children: new Map(), hits: 0 };
    nodes.push(node);
    return node;
  };
  const root = make(undefined);
  const ids = samples.map(({ stack }) => {
    let node = root;
    for (const frame of stack) {
      let child = node.children.get(frame);
      if (!child) node.children.set(frame, (child = make(frame)));
      node = child;
    }
    node.hits++;
    return node.id;
  });
  // A delta is the time since the sample before.
  const deltas = samples.map((_, i) => (i === 0 ? 0 : samples[i - 1]!.micros));
  return {
    nodes: nodes.map(({ id, frame, children, hits }) => ({
      id,
      callFrame: {
        functionName: frame?.name ?? "(root)",
        scriptId: "0",
        url: frame?.file ?? "",
        lineNumber: (frame?.line ?? 0) - 1,
        columnNumber: -1,
      },
      hitCount: hits,
      ...(children.size > 0 && { children: [...children.values()].map((child) => child.id) }),
    })),
    startTime,
    endTime: startTime + samples.reduce((sum, { micros }) => sum + micros, 0),
    samples: ids,
    timeDeltas: deltas,
  };
}
