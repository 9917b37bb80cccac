/**
 * Ephemerons and weak arrays at collections (runtime/weak.c). An ephemeron is a block of TAG_ABSTRACT in the major heap:
 * link to the next ephemeron, data, keys. Their primitives are in ../weak.ts.
 */
import { ATOM_HEADERS, TAG_ABSTRACT, TAG_FORWARD, WORD } from "../../layout";
import { header, headerTag, value, wosize } from "../values";
import { forwarded, forwardSlot } from "./compact";
import { darken, isMarked } from "./major";
import { isYoung, mopUp, oldify } from "./minor";
import { load32, Table_add, Table_length, Table_new, Table_truncate } from "./table";

export const EPHE_LINK: usize = 0;
export const EPHE_DATA: usize = 8;
export const EPHE_FIRST_KEY: usize = 16;
/** What an empty key or datum holds: a static block. */
export const EPHE_NONE: value = <value>(ATOM_HEADERS + TAG_ABSTRACT * WORD + WORD);

/** Head of the list of all ephemerons. */
let all: usize = 0;
/** Ephemerons that may hold young keys or data. */
const touched: usize = Table_new();

/** A new ephemeron, in the major heap. */
export function registerEphemeron(e: usize): void {
  store<u64>(e, <u64>all | 1, EPHE_LINK);
  all = e;
}

/** A young key or datum has been stored. */
export function touchEphemeron(e: usize): void {
  Table_add(touched, <i32>e);
}

// @ts-ignore: decorator
@inline function end(e: usize): usize {
  return e + <usize>wosize(e) * WORD;
}

// For the checker.
export function firstEphemeron(): usize {
  return all;
}
export function nextEphemeron(e: usize): usize {
  return <usize>load<u64>(e, EPHE_LINK) & ~1;
}
export function touchedCount(): i32 {
  return Table_length(touched);
}
export function touchedEphemeron(i: i32): usize {
  return <usize>load32(touched, i);
}

/** Keys do not keep young blocks alive; data does, until the next major collection. */
export function afterMinorEphemerons(): void {
  const n = Table_length(touched);
  for (let i = 0; i < n; i++) oldify(<usize>load32(touched, i) + EPHE_DATA);
  mopUp();
  for (let i = 0; i < n; i++) {
    const e = <usize>load32(touched, i);
    for (let k = e + EPHE_FIRST_KEY; k < end(e); k += WORD) {
      const v = load<value>(k);
      if (<i32>v & 1 || !isYoung(<usize>v)) continue;
      if (survives(<usize>v)) {
        oldify(k);
      } else {
        store<value>(k, EPHE_NONE);
        store<value>(e, EPHE_NONE, EPHE_DATA);
      }
    }
  }
  Table_truncate(touched, 0);
}

/** Whether the young block at p (which may be inside a block of closures) has been moved. */
function survives(p: usize): bool {
  const h = header(p);
  if (h == 0) return true;
  if (headerTag(h) == 249) return header(p - <usize>(<i32>(h >> 10)) * WORD) == 0;
  return false;
}

// @ts-ignore: decorator
@inline function dead(v: value): bool {
  return !(<i32>v & 1) && v != EPHE_NONE && !isMarked(<usize>v);
}

/** Let all ephemerons follow blocks that a compaction has moved. */
export function forwardEphemerons(): void {
  if (!all) return;
  all = forwarded(all);
  for (let e = all; e; e = nextEphemeron(e)) {
    const next = nextEphemeron(e);
    if (next) store<u64>(e, <u64>forwarded(next) | 1, EPHE_LINK);
    for (let f = e + EPHE_DATA; f < end(e); f += WORD) forwardSlot(f);
  }
}

/** Mark the data of live ephemerons whose keys are alive. Whether any was marked. */
export function markEphemerons(): bool {
  let progress = false;
  for (let e = all; e; e = nextEphemeron(e)) {
    const data = load<value>(e, EPHE_DATA);
    if (!dead(data) || !isMarked(e)) continue;
    let alive = true;
    for (let k = e + EPHE_FIRST_KEY; k < end(e) && alive; k += WORD) alive = !dead(load<value>(k));
    if (alive) {
      darken(data);
      progress = true;
    }
  }
  return progress;
}

/** At the end of marking: empty what refers to dead blocks, forget dead ephemerons. */
export function finishEphemerons(): void {
  let link: usize = 0;
  let e = all;
  while (e) {
    const next = nextEphemeron(e);
    if (!isMarked(e)) {
      if (link) store<u64>(link, <u64>next | 1, EPHE_LINK);
      else all = next;
    } else {
      let lost = dead(load<value>(e, EPHE_DATA));
      for (let k = e + EPHE_FIRST_KEY; k < end(e); k += WORD) {
        if (dead(load<value>(k))) {
          store<value>(k, EPHE_NONE);
          lost = true;
        }
      }
      if (lost) store<value>(e, EPHE_NONE, EPHE_DATA);
      link = e;
    }
    e = next;
  }
}
