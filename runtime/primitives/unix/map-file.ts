/**
 * Files as bigarrays (otherlibs/unix/mmap_unix.c, mmap_ba.c). WebAssembly memory cannot map files, so the file is read
 * when it is mapped; what a shared mapping has changed is written back when a file is opened, closed, synchronised or
 * mapped, when another program is started, and when the program ends.
 */
import { WORD } from "../../layout.ts";
import { HostError, type MappedFile } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type Primitive, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { unix } from "./errors.ts";
import { int64Argument } from "./files.ts";

/** Bytes of an element by bigarray kind (runtime/core/bigarray.ts). */
const ELEMENT_SIZES = [4, 8, 1, 1, 2, 2, 4, 8, 8, 8, 8, 16, 1, 2];
const MAX_DIMENSIONS = 16;
/** Fields of a bigarray: its data, and the owner of the data, which counts the bigarrays that share it. */
const DATA = 1;
const OWNER = 4;
/** Bytes that are compared and written back together. */
const PAGE = 4096;

interface SharedMapping {
  readonly file: MappedFile;
  readonly position: number;
  readonly owner: number;
  readonly data: number;
  /** What the file contains as far as we know. */
  readonly contents: Uint8Array;
}

/** Write what has changed of a mapping; what cannot be written is lost, as with real mappings. */
function writeBack(m: Machine, { file, position, data, contents }: SharedMapping): void {
  const now = m.u8.subarray(data, data + contents.length);
  for (let at = 0; at < now.length; at += PAGE) {
    const page = now.subarray(at, at + PAGE);
    if (page.every((byte, i) => byte === contents[at + i])) continue;
    try {
      for (let done = 0; done < page.length; ) done += file.write(position + at + done, page.subarray(done));
      contents.set(page, at);
    } catch (e) {
      if (!(e instanceof HostError)) throw e;
    }
  }
}

/** Dimensions in slot 4, one of which may be -1, and the index of that which may. */
function dimensionsArgument(m: Machine, a: number): { dimensions: number[]; major: number } {
  const array = m.block(a, 4);
  const dimensions = Array.from({ length: m.wosize(array) }, (_, i) => m.int(array, i));
  if (dimensions.length < 1 || dimensions.length > MAX_DIMENSIONS) m.invalidArg("Unix.map_file: bad number of dimensions");
  const major = m.int(a, 2) === 0 ? 0 : dimensions.length - 1;
  if (dimensions.some((d, i) => d < 0 && !(d === -1 && i === major))) m.invalidArg("Unix.map_file: negative dimension");
  return { dimensions, major };
}

/** Read bytes of a file into memory; what is beyond its end stays zero. */
function load(m: Machine, file: MappedFile, position: number, data: number, length: number): void {
  m.u8.fill(0, data, data + length);
  for (let at = 0; at < length; ) {
    const n = file.read(position + at, m.u8.subarray(data + at, data + length));
    if (n === 0) break;
    at += n;
  }
}

export function mapFilePrimitives(): Primitive[] {
  let shared: SharedMapping[] = [];

  const settle = (m: Machine): void => {
    for (const mapping of shared) {
      writeBack(m, mapping);
      // Only we still refer to the data.
      if (m.i32[mapping.owner >>> 2] !== 1) continue;
      mapping.file.release();
      m.core.mem_free(mapping.data);
      m.core.mem_free(mapping.owner);
      shared = shared.filter((other) => other !== mapping);
    }
  };

  /** Slots: descriptor, kind, layout, shared, dimensions, position. */
  const map: PrimitiveCode = (m, a) => {
    const { dimensions, major } = dimensionsArgument(m, a);
    const [fd, kind, isShared, position] = [m.int(a, 0), m.int(a, 1), m.bool(a, 3), int64Argument(m, a, 5)];
    m.settle();
    const { size } = unix(m, "map_file", undefined, () => m.host.files.status(fd));
    let length = dimensions.filter((d) => d !== -1).reduce((product, d) => product * d, ELEMENT_SIZES[kind]!);
    if (dimensions[major] === -1) {
      if (size < position) m.failwith("Unix.map_file: file position exceeds file size");
      dimensions[major] = Math.floor((size - position) / length);
      length *= dimensions[major];
      if (length !== size - position) m.failwith("Unix.map_file: file size doesn't match array dimensions");
    }
    const file = unix(m, "map_file", undefined, () => {
      const mapped = m.host.files.mapped(fd);
      try {
        if (size < position + length) mapped.write(position + length - 1, Uint8Array.of(0));
        if (length > 0) checkAccess(mapped, isShared);
        return mapped;
      } catch (e) {
        mapped.release();
        throw e;
      }
    });
    const bigarray = create(m, a, dimensions);
    const data = m.u32[(bigarray + DATA * WORD) >>> 2]!;
    unix(m, "map_file", undefined, () => load(m, file, position, data, length));
    if (isShared && length > 0) {
      const owner = m.u32[(bigarray + OWNER * WORD) >>> 2]!;
      m.i32[owner >>> 2]! += 1;
      if (shared.length === 0) m.settlements.add(settle);
      shared.push({ file, position, owner, data, contents: m.u8.slice(data, data + length) });
    } else {
      file.release();
    }
    return bigarray;
  };

  return definePrimitives({ caml_unix_map_file_bytecode: [6, map] });
}

/** Mappings need to read the file, shared ones to write it, too. */
function checkAccess(file: MappedFile, write: boolean): void {
  try {
    file.read(0, new Uint8Array(1));
    if (write) file.write(0, new Uint8Array(0));
  } catch (e) {
    throw e instanceof HostError && e.code === "EBADF" ? new HostError("EACCES") : e;
  }
}

/** A bigarray of the kind and layout in slots 1 and 2. */
function create(m: Machine, a: number, dimensions: readonly number[]): number {
  const array: Value = m.array(dimensions.length, (i) => Val.int(dimensions[i]!));
  const bigarray = Number(m.core.caml_ba_create(BigInt(m.field(a, 1)), BigInt(m.field(a, 2)), BigInt(array)));
  return bigarray === 0 ? m.raisePending() : bigarray;
}
