/** The functions of core.wasm that TypeScript calls: i32 and f64 only, since an i64 would become a BigInt (DESIGN D3). */
export interface CoreExports {
  /** The table of native functions. */
  readonly natives: WebAssembly.Table;
  /** A block of 1…256 words in the minor heap, fields undefined. */
  alloc_small(wosize: number, tag: number): number;
  /** A block of any size with fields unit; 0: Out_of_memory is in CELL_EXN. */
  alloc_block(wosize: number, tag: number): number;
  /** A string of `length` undefined bytes; 0: Out_of_memory is in CELL_EXN. */
  alloc_string(length: number): number;
  /** caml_modify of the word at address `p`, the new value given as its low and high halves. */
  modify_field(p: number, low: number, high: number): void;
  /** Prepare the heap; `maxBytes` 0 means all that the memory may grow to; `debug`: DEBUG_* bits. 0: too little memory. */
  init_heap(minorWords: number, maxBytes: number, debug: number): number;
  /** space_overhead of Gc.control. */
  set_space_overhead(percent: number): void;
  /** Make the main stack. 0: no memory. */
  init_stack(maxWords: number): number;
  /** A closure without environment over the code at a biased address. */
  make_code_closure(pc: number): number;
  /**
   * Apply the function in the word at `fp` to the `nargs` words at `argv`. 1: the result is in CELL_RESULT; 0: an
   * exception is in CELL_EXN.
   */
  callback_from_host(fp: number, argv: number, nargs: number): number;

  // Threads (runtime/core/threads.ts).
  /** Make the idle running fiber ready to apply the function in the word at `fp` to the words at `argv`. */
  run_begin(fp: number, argv: number, nargs: number): void;
  /** Empty the running fiber again, whose registers were these at run_begin. */
  run_end(segment: number, sp: number): void;
  /** Go on with the running thread. An EXIT_* code. */
  run_resume(): number;
  /** The fiber of a thread that applies the function in the word at `fp` to (); 0: no memory. */
  thread_new(fp: number): number;
  /** Leave the running thread, for good if it is `finished`, for the one with this fiber. */
  thread_switch(fiber: number, finished: number): void;
  /** The primitive whose call is on top of the running stack is done, with the result in CELL_RESULT. */
  complete_call(nargs: number): void;
  /** Let an output primitive that is to be called again, on top of the running stack, start after what it has taken. */
  skip_taken_output(): void;
  /** Replace the accumulator of the state on top of the running stack by the word at p. */
  replace_accu(p: number): void;
  /** Let the running thread apply the function in the word at `fp` to the `nargs` words after it before it goes on. */
  push_interruption(fp: number, nargs: number): void;
  /** Let the running thread raise the exception in CELL_EXN when it goes on. */
  push_raise(): void;

  /** A custom block of kind CUSTOM_* with one word of data, an integer of the host. */
  alloc_host_custom(kind: number, data: number): number;
  /** Build the value marshalled in `length` bytes at p: 1 with the value in CELL_RESULT, 0 for an exception. */
  intern_for_host(p: number, length: number): number;
  /** Length of a marshalled value with its header, from the header's first bytes; -1: no header; -2: give more. */
  marshalled_length(p: number, available: number): number;
  /** Marshal the value in the word at p with the list of flags in the word at `flags`; 0 for an exception. */
  extern_for_host(p: number, flags: number): number;
  /** Length of what extern_for_host has written. */
  extern_length(): number;
  /** Read `n` bytes from the channel in the word at `vp` to `p`, fewer at the end of the file; -1: raised. */
  channel_read_off_heap(vp: number, p: number, n: number): number;
  /** Off-heap memory (16-byte aligned); 0 when exhausted. */
  mem_alloc(bytes: number): number;
  mem_free(p: number): void;
  /** A root of the host: the address of a word with the given halves, until root_free. 0: no memory. */
  root_new(low: number, high: number): number;
  root_free(p: number): void;

  // Primitives that the host uses, too: words as BigInts, for what is rare. 0: an exception is in CELL_EXN.
  caml_gc_minor(unit: bigint): bigint;
  caml_gc_full_major(unit: bigint): bigint;
  caml_gc_quick_stat(unit: bigint): bigint;
  caml_ml_open_descriptor_in(fd: bigint): bigint;
  caml_ml_open_descriptor_out(fd: bigint): bigint;
  caml_ba_create(kind: bigint, layout: bigint, dimensions: bigint): bigint;
}
