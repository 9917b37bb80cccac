/** Plugins that a program has opened: their native code waits for the bytecode of their units. */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { CodeFragment } from "../bytecode/code.ts";
import type { Engine } from "../bytecode/engine.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
import { hashOf } from "../runtime/hashes.ts";
import type { NativeFile } from "./file.ts";
import { LoadedNative } from "./load.ts";

/** Digests of files, each of which may be that of many units. */
const fileDigests = new WeakMap<Uint8Array, Uint8Array>();

/** What tells the code of a unit from others: the digest of its file's digest and its name (otherlibs/dynlink/byte/dynlink.ml: run). */
export function unitDigest(file: Uint8Array, unit: string): Uint8Array {
  const name = new TextEncoder().encode(unit);
  const digest = fileDigests.get(file) ?? hashOf("md5", file);
  fileDigests.set(file, digest);
  const text = new Uint8Array(digest.length + name.length);
  text.set(digest);
  text.set(name, digest.length);
  return hashOf("md5", text);
}

/** A part of a plugin, and the plugin in the machine, which its parts share. */
interface Part {
  readonly plugin: { readonly file: NativeFile; loaded: LoadedNative | undefined };
  readonly part: number;
}

export class Plugins {
  private readonly engine: Engine;
  /** By the digest of the unit, the newest last. */
  private readonly parts = new Map<string, Part[]>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Forget the native code of the units of a .cmo or .cma: they are to be interpreted. */
  remove(bytecode: Uint8Array): void {
    for (const { name } of readUnits(bytecode)) this.parts.delete(bytesToHex(unitDigest(bytecode, name)));
  }

  /** Keep the native code of a plugin for its units, until they have been linked or refused: what is given is to be called then. */
  add(file: NativeFile): () => void {
    const plugin = { file, loaded: undefined };
    const added = file.units.map(({ name }, part): [string, Part] => [bytesToHex(unitDigest(file.bytecode, name)), { plugin, part }]);
    for (const [digest, part] of added) this.parts.set(digest, [...(this.parts.get(digest) ?? []), part]);
    return () => {
      for (const [digest, part] of added) {
        const left = this.parts.get(digest)?.filter((other) => other !== part) ?? [];
        if (left.length > 0) this.parts.set(digest, left);
        else this.parts.delete(digest);
      }
    };
  }

  /** Give the code of a unit its native code, if it has some. Throws FormatError when the machine refuses that. */
  attach(fragment: CodeFragment): void {
    const found = this.parts.get(bytesToHex(fragment.digest))?.at(-1);
    if (!found) return;
    const { plugin, part } = found;
    // A unit that is loaded again gets code of its own.
    if (!plugin.loaded || plugin.loaded.isLinked(part)) plugin.loaded = new LoadedNative(this.engine, plugin.file.code);
    plugin.loaded.link(part, fragment);
  }
}
