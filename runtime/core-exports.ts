/** The functions of core.wasm that TypeScript calls: i32 and f64 only, since an i64 would become a BigInt (DESIGN D3). */
export interface CoreExports {
  /** A block of 1…256 words in the minor heap, fields undefined. */
  alloc_small(wosize: number, tag: number): number;
  /** A block of any size with fields unit; 0: Out_of_memory is in CELL_EXN. */
  alloc_block(wosize: number, tag: number): number;
  /** A string of `length` undefined bytes; 0: Out_of_memory is in CELL_EXN. */
  alloc_string(length: number): number;
  /** caml_modify of the word at address `p`, the new value given as its low and high halves. */
  modify(p: number, low: number, high: number): void;
  /** Off-heap memory (16-byte aligned); 0 when exhausted. */
  mem_alloc(bytes: number): number;
  mem_free(p: number): void;
}
