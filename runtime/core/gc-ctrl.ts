/** The Gc module (runtime/gc_ctrl.c). Records of floats and ints are built from ints; floats are boxed on the way. */
import {
  CELL_ACCU,
  CELL_EXN,
  CELL_MAX_STACK_WORDS,
  CELL_MINOR_WORDS,
  CELL_RESULT,
  CELL_YOUNG_END,
  CELL_YOUNG_PTR,
  CELL_YOUNG_START,
} from "../layout";
import { runFinalisers } from "./callback";
import { copyDouble } from "./floats";
import { invalidArg } from "./fail";
import { alloc, modify, setMinorHeap } from "./gc/alloc";
import { addFinaliser } from "./gc/finalisers";
import { checkHeap, checking } from "./gc/check";
import { compact } from "./gc/compact";
import { finishCycle, majorSlice, set_space_overhead, spaceOverhead, wholeCycle } from "./gc/major";
import { minorCollection } from "./gc/minor";
import {
  compactions,
  countCompaction,
  heapWords,
  liveBlocks,
  liveWords,
  majorCollections,
  majorWords,
  minorCollections,
  promotedWords,
  topHeapWords,
} from "./gc/state";
import { popRoot, pushRoot, root } from "./roots";
import { field, initField, ofInt, toInt32, UNIT, value } from "./values";

/** Words allocated in the minor heap so far. */
function minorWords(): f64 {
  return load<f64>(CELL_MINOR_WORDS) + <f64>((load<usize>(CELL_YOUNG_END) - load<usize>(CELL_YOUNG_PTR)) >> 3);
}

let forcedMajorCollections: i64 = 0;

/** Store into field i of the tuple on top of the roots. */
function put(i: i32, v: value): void {
  modify(<usize>root(0) + (<usize>i << 3), v);
}

function statistics(): value {
  const minor = minorWords();
  const live = liveWords;
  const blocks = liveBlocks;
  const heap = heapWords;
  pushRoot(<value>alloc(17, 0));
  put(0, copyDouble(minor));
  put(1, copyDouble(promotedWords));
  put(2, copyDouble(majorWords));
  put(3, ofInt(minorCollections));
  put(4, ofInt(majorCollections));
  put(5, ofInt(heap));
  put(6, ofInt(0));
  put(7, ofInt(live));
  put(8, ofInt(blocks));
  put(9, ofInt(heap - live));
  put(10, ofInt(0));
  put(11, ofInt(0));
  put(12, ofInt(0));
  put(13, ofInt(compactions));
  put(14, ofInt(topHeapWords));
  put(15, ofInt(0));
  put(16, ofInt(forcedMajorCollections));
  return popRoot();
}

export function caml_gc_quick_stat(unit: value): value {
  return statistics();
}
export function caml_gc_stat(unit: value): value {
  return caml_gc_full_major(unit) ? statistics() : 0;
}
export function caml_gc_minor_words(unit: value): value {
  return copyDouble(minorWords());
}
export function caml_gc_counters(unit: value): value {
  const minor = minorWords();
  pushRoot(<value>alloc(3, 0));
  put(0, copyDouble(minor));
  put(1, copyDouble(promotedWords));
  put(2, copyDouble(majorWords));
  return popRoot();
}

// Parameters that are kept for Gc.get, and change nothing.
let verbose: value = ofInt(0);
let customMajorRatio: value = ofInt(44);
let customMinorRatio: value = ofInt(100);
let customMinorMaxSize: value = ofInt(70000);

export function caml_gc_get(unit: value): value {
  const p = alloc(11, 0);
  for (let i = 0; i < 11; i++) initField(p, i, 1);
  initField(p, 0, ofInt(<i64>((load<usize>(CELL_YOUNG_END) - load<usize>(CELL_YOUNG_START)) >> 3)));
  initField(p, 2, ofInt(spaceOverhead));
  initField(p, 5, ofInt(load<u32>(CELL_MAX_STACK_WORDS)));
  initField(p, 3, verbose);
  initField(p, 8, customMajorRatio);
  initField(p, 9, customMinorRatio);
  initField(p, 10, customMinorMaxSize);
  return <value>p;
}
export function caml_gc_set(control: value): value {
  const p = <usize>control;
  set_space_overhead(toInt32(load<value>(p, 16)));
  const stack = load<value>(p, 40) >> 1;
  if (stack > 0) store<u32>(CELL_MAX_STACK_WORDS, <u32>min<i64>(stack, 0x7fffffff));
  verbose = field(p, 3);
  customMajorRatio = max(field(p, 8), ofInt(1));
  customMinorRatio = max(field(p, 9), ofInt(1));
  customMinorMaxSize = field(p, 10);
  const words = load<value>(p) >> 1;
  if (words > 0 && words != <i64>((load<usize>(CELL_YOUNG_END) - load<usize>(CELL_YOUNG_START)) >> 3)) {
    minorCollection();
    setMinorHeap(<i32>min<i64>(words, 1 << 26));
  }
  return UNIT;
}

// As in OCaml, finalisation functions that become ready are called before these return.

/** Forget what nobody needs while a primitive without arguments runs, but what the collector would keep alive. */
function dropRegisters(): void {
  store<value>(CELL_ACCU, UNIT);
  store<value>(CELL_RESULT, UNIT);
  store<value>(CELL_EXN, UNIT);
}

export function caml_gc_minor(unit: value): value {
  minorCollection();
  return runFinalisers();
}
export function caml_gc_major(unit: value): value {
  dropRegisters();
  minorCollection();
  wholeCycle();
  return runFinalisers();
}
/** Values that finalisers keep alive may need several cycles to go. */
export function caml_gc_full_major(unit: value): value {
  for (let i = 0; i < 3; i++) {
    dropRegisters();
    minorCollection();
    wholeCycle();
    if (!runFinalisers()) return 0;
  }
  forcedMajorCollections++;
  return UNIT;
}
export function caml_gc_major_slice(n: value): value {
  minorCollection();
  majorSlice();
  return runFinalisers();
}
export function caml_gc_compaction(unit: value): value {
  if (!caml_gc_full_major(unit)) return 0;
  // Finalisation functions that have been called may have started a cycle.
  minorCollection();
  finishCycle();
  compact();
  if (checking()) checkHeap();
  countCompaction();
  return UNIT;
}
export function caml_get_minor_free(unit: value): value {
  return ofInt(<i64>((load<usize>(CELL_YOUNG_PTR) - load<usize>(CELL_YOUNG_START)) >> 3));
}

// ---- Finalisation functions (runtime/finalise.c) ----

export function caml_final_register(f: value, v: value): value {
  if (<i32>v & 1) return invalidArg("Gc.finalise");
  addFinaliser(f, v, false);
  return UNIT;
}
export function caml_final_register_called_without_value(f: value, v: value): value {
  if (<i32>v & 1) return invalidArg("Gc.finalise_last");
  addFinaliser(f, v, true);
  return UNIT;
}
export function caml_final_release(unit: value): value {
  return UNIT;
}
