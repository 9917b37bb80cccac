/**
 * The heap's checker (DEBUG_CHECK_HEAP): run around every collection, it compares the heap with what the collector relies
 * on, and ends the program at the first difference.
 */
import {
  ATOM0,
  CELL_DEBUG,
  CELL_REF_BASE,
  CELL_REF_PTR,
  CELL_YOUNG_END,
  CELL_YOUNG_PTR,
  CUSTOM_HOST,
  DEBUG_CHECK_HEAP,
  MAX_YOUNG_WOSIZE,
  TAG_ABSTRACT,
  TAG_CLOSURE,
  TAG_CONT,
  TAG_CUSTOM,
  TAG_INFIX,
  TAG_NO_SCAN,
  TAG_STRING,
  WASM_PAGE,
  WORD,
} from "../../layout";
import { header, headerColour, headerTag, headerWosize, value } from "../values";
import { clearBits, setBit, testBit } from "./bitmap";
import { rememberedContinuation, rememberedCount } from "./continuations";
import { EPHE_DATA, firstEphemeron, nextEphemeron, touchedCount, touchedEphemeron } from "./ephemerons";
import { visitFinalisers } from "./finalisers";
import { memCheck, memSize } from "./malloc";
import { isYoung } from "./minor";
import { VISIT_CHECK, visitRoots, visitSuspended } from "./roots";
import { isSlotSize, LARGE_HEADER, MAX_SMALL_WHSIZE, POOL_CLASS, poolCheck } from "./shared-heap";
import { garbage, heapWords, liveBlocks, liveWords, marked, NOT_MARKABLE, PHASE_MARK, PHASE_SWEEP, phase, unmarked } from "./state";
import { nextBlock, startWalk, walkedPool } from "./walk";

/** Report that an invariant does not hold, for the word at `address` in `block` (0: in none). Ends the program. */
// @ts-ignore: decorator
@external("host", "heap_damaged")
declare function heapDamaged(what: string, length: i32, address: usize, block: usize): void;

function damaged(what: string, address: usize, block: usize): void {
  heapDamaged(what, what.length, address, block);
}

export function checking(): bool {
  return <bool>(load<i32>(CELL_DEBUG) & DEBUG_CHECK_HEAP);
}

// What pointers have to be, and what the bits stand for.
/** Into the major heap, or remembered: bits are remembered fields, ephemerons and continuations. */
const REMEMBERED: i32 = 0;
/** Into the major heap, or to the start of a young block: a bit. */
const YOUNG: i32 = 1;
/** To the start of a live block of the major heap: a bit. */
const MAJOR: i32 = 2;
/** The same, and it is marked. */
const MARKED: i32 = 3;
let stage: i32 = 0;
/** The stack that is being checked is that of a continuation that is not remembered. */
let settled: bool = false;
/** The segment that is being checked is clean: it holds no young pointer. */
let clean: bool = false;
export function setClean(on: bool): void {
  clean = on;
}

/** The start of the block that p, marked by no bit, points into as a closure of several functions; else 0. */
function startOfClosures(p: usize): usize {
  if (p & 7 || p > <usize>memory.size() * WASM_PAGE - WORD || headerTag(header(p)) != TAG_INFIX) return 0;
  const offset = <usize>headerWosize(header(p)) * WORD;
  const start = p - offset;
  if (offset >= p || !testBit(start)) return 0;
  const h = header(start);
  return headerTag(h) == TAG_CLOSURE && offset < <usize>headerWosize(h) * WORD ? start : 0;
}

/** Check the word at `slot`, which holds a value, in `block`. */
function checkWord(slot: usize, block: usize): void {
  const v = load<value>(slot);
  if (<i32>v & 1) return;
  if (<u64>v >> 32) damaged("a pointer is an address of linear memory", slot, block);
  let p = <usize>v;
  if (isYoung(p)) {
    if (stage >= MAJOR) damaged("nothing refers to the empty minor heap", slot, block);
    if (settled || clean || (stage == REMEMBERED && !testBit(slot))) {
      damaged("a pointer into the minor heap is remembered", slot, block);
    }
    if (stage == REMEMBERED) return;
  } else if (stage < MAJOR) return;
  if (!testBit(p)) {
    p = startOfClosures(p);
    if (!p) damaged("a pointer leads to a block", slot, block);
  }
  if (stage < MAJOR) return;
  const colour = headerColour(header(p));
  if (colour == garbage && phase == PHASE_SWEEP) damaged("nothing refers to garbage", slot, block);
  if (stage == MARKED && colour == unmarked) damaged("everything that is reachable gets marked", slot, block);
}

/** Check a root. 0 is no value, but there may be none. */
export function checkRoot(slot: usize): void {
  if (load<value>(slot)) checkWord(slot, 0);
}

function checkWords(from: usize, to: usize, block: usize): void {
  for (let f = from; f < to; f += WORD) checkWord(f, block);
}

/** Check what the block at p, alive, refers to. */
function checkFields(p: usize): void {
  const h = header(p);
  const t = headerTag(h);
  if (t >= TAG_NO_SCAN) return;
  if (t == TAG_CONT) {
    // Only what remembered continuations lead to may hold young pointers, and they are roots.
    if (stage == REMEMBERED) settled = !testBit(p);
    if (stage != REMEMBERED || settled) visitSuspended(load<usize>(p) & ~1, VISIT_CHECK);
    settled = false;
  }
  checkWords(p, p + <usize>headerWosize(h) * WORD, p);
}

/** The words of ephemerons that refer to something. */
function checkEphemerons(): void {
  for (let e = firstEphemeron(); e; e = nextEphemeron(e)) {
    if (stage == REMEMBERED && testBit(e)) continue;
    if (stage >= MAJOR && (!testBit(e) || headerTag(header(e)) != TAG_ABSTRACT)) {
      damaged("the list of ephemerons leads to ephemerons", 0, e);
    }
    if (stage == MARKED && headerColour(header(e)) == unmarked) damaged("the list of ephemerons holds living ones", 0, e);
    checkWords(e + EPHE_DATA, e + <usize>headerWosize(header(e)) * WORD, e);
  }
}

function checkEverything(): void {
  startWalk();
  for (let p = nextBlock(); p; p = nextBlock()) {
    const colour = headerColour(header(p));
    if (stage == MARKED ? colour != unmarked : !(phase == PHASE_SWEEP && colour == garbage)) checkFields(p);
  }
  checkEphemerons();
  if (stage == REMEMBERED) return;
  visitRoots(VISIT_CHECK);
  visitFinalisers(VISIT_CHECK);
}

// ---- Headers --------------------------------------------------------------------------------------------------------

/** Whether blocks of the major heap may have this colour now. */
function isColour(colour: i32): bool {
  if (colour == unmarked) return true;
  return colour == (phase == PHASE_MARK ? marked : garbage) && (phase == PHASE_MARK || phase == PHASE_SWEEP);
}

/** Check the header of the block at p, and what its tag says about its contents. */
function checkBlock(p: usize, minor: bool): void {
  const h = header(p);
  const t = headerTag(h);
  if (<u64>h >> 42) damaged("a header's size is possible", p - WORD, p);
  const wosize = headerWosize(h);
  if (minor) {
    if (wosize < 1 || wosize > MAX_YOUNG_WOSIZE) damaged("a header's size is possible", p - WORD, p);
    if (headerColour(h) != 0) damaged("a header's colour is possible", p - WORD, p);
  } else {
    const fits = walkedPool
      ? isSlotSize(wosize + 1, load<i32>(walkedPool, POOL_CLASS))
      : wosize >= MAX_SMALL_WHSIZE && LARGE_HEADER + <usize>(wosize + 1) * WORD <= memSize(p - WORD - LARGE_HEADER);
    if (!fits) damaged("a header's size is that of its room", p - WORD, p);
    if (!isColour(headerColour(h))) damaged("a header's colour is possible", p - WORD, p);
  }
  if (t == TAG_INFIX) damaged("closures inside of a block are not blocks", p - WORD, p);
  if (minor) return; // Its contents may have been given up.
  if (t == TAG_CLOSURE) {
    const info = load<i64>(p, WORD);
    if (!(info & 1) || (info << 8) >> 9 > <i64>wosize) damaged("a closure says where its environment starts", p + WORD, p);
  } else if (t == TAG_STRING) {
    const last = p + <usize>wosize * WORD - 1;
    if (<i32>load<u8>(last) >= WORD) damaged("a string ends with its padding", last, p);
  } else if (t == TAG_CUSTOM) {
    const kind = load<i64>(p);
    if (!(kind & 1) || kind < 0 || kind > CUSTOM_HOST) damaged("a custom block has a kind", p, p);
  }
}

// ---- The minor heap -------------------------------------------------------------------------------------------------

function markYoung(): void {
  const end = load<usize>(CELL_YOUNG_END);
  let slot = load<usize>(CELL_YOUNG_PTR);
  while (slot < end) {
    const p = slot + WORD;
    checkBlock(p, true);
    setBit(p);
    slot = p + <usize>headerWosize(header(p)) * WORD;
  }
  if (slot != end) damaged("blocks of the minor heap follow each other", slot, 0);
}

/** Before a minor collection: everything that refers to the minor heap is known. */
export function checkBeforeMinor(): void {
  if (!clearBits()) return;
  stage = REMEMBERED;
  for (let ref = load<usize>(CELL_REF_BASE); ref < load<usize>(CELL_REF_PTR); ref += 4) setBit(load<usize>(ref));
  for (let i = 0; i < touchedCount(); i++) setBit(touchedEphemeron(i));
  for (let i = 0; i < rememberedCount(); i++) setBit(rememberedContinuation(i));
  checkEverything();
  clearBits();
  stage = YOUNG;
  markYoung();
  for (let ref = load<usize>(CELL_REF_BASE); ref < load<usize>(CELL_REF_PTR); ref += 4) checkRoot(load<usize>(ref));
  checkEverything();
}

// ---- The major heap -------------------------------------------------------------------------------------------------

/** Check all headers and the figures, and set the bits of the blocks' starts. */
function markMajor(poolWords: i64): void {
  let room = poolWords;
  let words: i64 = 0;
  let blocks: i64 = 0;
  startWalk();
  for (let p = nextBlock(); p; p = nextBlock()) {
    checkBlock(p, false);
    setBit(p);
    const whsize = <i64>(headerWosize(header(p)) + 1);
    words += whsize;
    blocks++;
    if (!walkedPool) room += whsize;
  }
  if (words != liveWords) damaged("live_words is what there is", <usize>words, <usize>liveWords);
  if (blocks != liveBlocks) damaged("live_blocks is what there is", <usize>blocks, <usize>liveBlocks);
  if (room != heapWords) damaged("heap_words is what there is", <usize>room, <usize>heapWords);
  for (let t = 0; t < 256; t++) {
    const atom = <usize>(ATOM0 + t * WORD);
    if (header(atom) != ((<u64>NOT_MARKABLE << 8) | <u64>t)) damaged("atoms are constant", atom - WORD, atom);
    setBit(atom);
  }
}

function checkMajor(wanted: i32): void {
  if (load<usize>(CELL_YOUNG_PTR) != load<usize>(CELL_YOUNG_END)) damaged("the minor heap is empty", CELL_YOUNG_PTR, 0);
  if (load<usize>(CELL_REF_PTR) != load<usize>(CELL_REF_BASE)) damaged("nothing is remembered", CELL_REF_PTR, 0);
  if (!clearBits()) return;
  const block = memCheck();
  if (block) damaged("blocks of off-heap memory follow each other", block, 0);
  const poolWords = poolCheck();
  if (poolWords < 0) damaged("a pool's list of free slots is complete", <usize>~poolWords, 0);
  stage = wanted;
  markMajor(poolWords);
  checkEverything();
}

/** After a minor collection, and after the end of a major one. */
export function checkHeap(): void {
  checkMajor(MAJOR);
}

/** At the end of marking, before anything is swept. */
export function checkMarked(): void {
  checkMajor(MARKED);
}
