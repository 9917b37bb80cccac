/** Message digests (runtime/md5.c, runtime/blake2.c), by @noble/hashes; those of files by Node. */
import { blake2b } from "@noble/hashes/blake2.js";
import { md5 } from "@noble/hashes/legacy.js";
import { CUSTOM_HOST, WORD } from "../layout.ts";
import { newHash } from "../hashes.ts";
import type { Machine } from "../machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../primitives.ts";

type Blake2 = ReturnType<typeof blake2b.create>;

/** The primitives, and what to do when the block that holds the n-th state has died. */
export function digestPrimitives(): { primitives: Primitive[]; forget: (n: number) => void } {
  /** States of BLAKE2 computations, by the number in their value. */
  const states = new Map<number, Blake2>();
  let next = 0;
  const md5Of = (m: Machine, a: number): Value => {
    const start = m.block(a, 0) + m.int(a, 1);
    return m.allocString(md5(m.u8.slice(start, start + m.int(a, 2))));
  };
  /** A BLAKE2b state with hash length and key in slots i and i + 1. */
  const create = (m: Machine, a: number, i: number): Blake2 => {
    const key = m.bytes(m.block(a, i + 1));
    return blake2b.create({ dkLen: m.int(a, i), ...(key.length > 0 && { key: key.slice(0, 64) }) });
  };
  const state = (m: Machine, a: number): Blake2 => states.get(m.i32[(m.block(a, 0) + WORD) >>> 2]!)!;
  const blake2 = (m: Machine, a: number): Value => {
    const hash = create(m, a, 0);
    const start = m.block(a, 2) + m.int(a, 3);
    return m.allocString(hash.update(m.u8.slice(start, start + m.int(a, 4))).digest());
  };
  const primitives = definePrimitives({
    caml_md5_string: [3, md5Of],
    caml_md5_bytes: [3, md5Of],
    caml_md5_chan: [2, (m, a) => md5OfChannel(m, a)],
    caml_blake2_create: [
      2,
      (m, a) => {
        states.set(next, create(m, a, 0));
        return m.core.alloc_host_custom(CUSTOM_HOST, next++) >>> 0;
      },
    ],
    caml_blake2_update: [
      4,
      (m, a) => {
        const start = m.block(a, 1) + m.int(a, 2);
        state(m, a).update(m.u8.slice(start, start + m.int(a, 3)));
        return Val.unit;
      },
    ],
    caml_blake2_final: [
      2,
      (m, a) => m.allocString(state(m, a).digest().subarray(0, m.int(a, 1))),
    ],
    caml_blake2_string: [5, blake2],
    caml_blake2_bytes: [5, blake2],
  });
  return { primitives, forget: (n) => void states.delete(n) };
}

const CHUNK = 65536;

/** The digest of the next bytes of the channel in slot 0: as many as slot 1 says, all when it is negative. */
function md5OfChannel(m: Machine, a: number): Value {
  const wanted = m.int(a, 1);
  const hash = newHash("md5");
  const buffer = m.core.mem_alloc(CHUNK) >>> 0;
  if (buffer === 0) m.outOfMemory();
  try {
    let left = wanted < 0 ? Infinity : wanted;
    while (left > 0) {
      const n = m.core.channel_read_off_heap(a, buffer, Math.min(left, CHUNK));
      if (n < 0) m.raisePending();
      if (n === 0) {
        if (wanted < 0) break;
        m.endOfFile();
      }
      hash.update(m.u8.slice(buffer, buffer + n));
      left -= n;
    }
  } finally {
    m.core.mem_free(buffer);
  }
  return m.allocString(hash.digest());
}
