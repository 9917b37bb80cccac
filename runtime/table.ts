/**
 * The primitive table: every primitive that programs can call, core.wasm's and the host's, by index. Bytecode that has
 * been loaded holds these indices.
 */
import type { Primitive } from "./primitives.ts";

/** A primitive of core.wasm, as the build recorded it; "n": any number of arguments. */
export interface CorePrimitiveEntry {
  readonly name: string;
  readonly arity: number | "n";
  /** Whether it neither collects nor raises nor waits. */
  readonly leaf: boolean;
}

export interface PrimitiveEntry {
  readonly name: string;
  readonly index: number;
  readonly arity: number | "n";
  /** Its code, unless it is in core.wasm. */
  readonly host?: Primitive;
}

export class PrimitiveTable {
  private readonly entries: PrimitiveEntry[] = [];
  private readonly indexed: readonly string[];
  private readonly byName = new Map<string, PrimitiveEntry>();

  /** Throws when a name is declared twice. */
  constructor(core: readonly CorePrimitiveEntry[], host: readonly Primitive[]) {
    for (const { name, arity } of core) this.add(name, arity);
    for (const primitive of host) this.add(primitive.name, primitive.arity, primitive);
    this.indexed = this.entries.map((entry) => entry.name);
  }

  private add(name: string, arity: number | "n", host?: Primitive): void {
    if (this.byName.has(name)) throw new Error(`primitive ${name} is defined twice`);
    const entry = { name, index: this.entries.length, arity, ...(host && { host }) };
    this.entries.push(entry);
    this.byName.set(name, entry);
  }

  find(name: string): PrimitiveEntry | undefined {
    return this.byName.get(name);
  }

  /** Number of arguments of a primitive; undefined: unknown, or any. */
  arity(name: string): number | undefined {
    const arity = this.byName.get(name)?.arity;
    return arity === "n" ? undefined : arity;
  }

  at(index: number): PrimitiveEntry {
    return this.entries[index]!;
  }

  /** The same array each time. */
  namesByIndex(): readonly string[] {
    return this.indexed;
  }

  /** All names, sorted. */
  names(): string[] {
    return [...this.byName.keys()].sort();
  }
}
