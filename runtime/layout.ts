/**
 * The one description of how OCaml values and the VM's own state lie in linear memory.
 *
 * This file is read by two compilers: TypeScript (host side, code generators) and AssemblyScript (`runtime/core/`).
 * It therefore holds numeric constants only. Nothing else in the repository may contain a magic offset.
 *
 * ## Values (DESIGN D2)
 *
 * A value is an i64. Low bit 1: a 63-bit integer `n`, stored as `2n + 1`. Low bit 0: the address of the first field of
 * a block, always below 4 GiB. 0 is never a value: a function that returns 0 says "an exception is being raised" and
 * the exception waits in `CELL_EXN`.
 *
 *      address-8        address          address+8
 *     ┌────────────────┬────────────────┬────────────────┬─ ─ ─
 *     │ header (i64)   │ field 0 (i64)  │ field 1 (i64)  │
 *     └────────────────┴────────────────┴────────────────┴─ ─ ─
 *      wosize << 10 | colour << 8 | tag           (runtime/caml/mlvalues.h)
 *
 * A string of n bytes takes n / 8 + 1 words; the last byte of the last word holds the number of padding bytes.
 *
 * ## Closures: one layout for both tiers
 *
 *      field 0                              field 1: closinfo                      field 2…
 *     ┌──────────────────┬────────────────┬────────────────────────────────────────┬─ ─ ─
 *     │ code address i32 │ table index i32│ arity << 56 | start of env << 1 | 1    │ environment
 *     └──────────────────┴────────────────┴────────────────────────────────────────┴─ ─ ─
 *
 * The low half is the address of the bytecode *minus CODE_BIAS*: an odd number, so that to everything that looks at
 * words (the collector above all) a code address is an integer. The high half is the index of the native code in the
 * function table, 0 while there is none.
 *
 * ## The stack
 *
 * Grows downwards, in segments (`SEG_*`). A segment never moves, so addresses into the stack are absolute. A call
 * that finds no room moves its arguments to a new segment, whose lowest frame returns through `STUB_SEGMENT_RETURN`.
 * Return addresses on the stack are i64 words: low half the biased code address, high half `CODE_MARK`, so that a
 * backtrace can tell them from integers. Frames are OCaml's: [pc, env, extra_args], traps [pc, link, env, extra_args].
 */

// ---- Headers --------------------------------------------------------------------------------------------------------

export const WORD = 8;
export const HEADER_WOSIZE_SHIFT = 10;
export const HEADER_COLOUR_SHIFT = 8;
export const HEADER_TAG_MASK = 0xff;
/** Blocks of more words than this are allocated directly in the major heap (`runtime/caml/config.h`). */
export const MAX_YOUNG_WOSIZE = 256;

// Tags (runtime/caml/mlvalues.h).
export const TAG_FORCING = 244;
export const TAG_CONT = 245;
export const TAG_LAZY = 246;
export const TAG_CLOSURE = 247;
export const TAG_OBJECT = 248;
export const TAG_INFIX = 249;
export const TAG_FORWARD = 250;
/** Blocks with this tag or above hold no values. */
export const TAG_NO_SCAN = 251;
export const TAG_ABSTRACT = 251;
export const TAG_STRING = 252;
export const TAG_DOUBLE = 253;
export const TAG_DOUBLE_ARRAY = 254;
export const TAG_CUSTOM = 255;

// Immediate values, as they are stored.
export const VAL_UNIT = 1;
export const VAL_FALSE = 1;
export const VAL_TRUE = 3;
export const VAL_NONE = 1;
export const VAL_EMPTY_LIST = 1;

/** Closinfo: arity in the top byte, start of the environment (in words) above the low bit. */
export const CLOSINFO_ARITY_SHIFT = 56;
/** Bytes from a closure to the index of its native code (i32), and to its arity (u8). */
export const CLOSURE_INDEX = 4;
export const CLOSURE_ARITY = 15;
/** Start of the environment of a closure that is alone in its block. */
export const PLAIN_ENVIRONMENT = 2;
/** Words from a closure to the next one of the same block: code, closinfo, header. */
export const CLOSURE_WORDS = 3;

// Field 0 of a custom block: the kind of its operations, as an odd number (never a pointer).
export const CUSTOM_INT32 = 1;
export const CUSTOM_INT64 = 3;
export const CUSTOM_NATIVEINT = 5;
export const CUSTOM_BIGARRAY = 7;
export const CUSTOM_CHANNEL = 9;
export const CUSTOM_MUTEX = 11;
export const CUSTOM_CONDITION = 13;
/** Custom blocks whose payload is an index into a table of the host (directory handles, threads…). */
export const CUSTOM_HOST = 15;

// Bigarrays: custom blocks with raw words after the first (runtime/core/bigarray.ts).
/** Address of the data. */
export const BIGARRAY_DATA = 8;
export const BIGARRAY_NUM_DIMS = 16;
/** Kind of the elements, BIGARRAY_FORTRAN. */
export const BIGARRAY_FLAGS = 24;
export const BIGARRAY_OWNER = 32;
/** The dimensions. */
export const BIGARRAY_DIMS = 40;
export const BIGARRAY_KIND_MASK = 0xff;
export const BIGARRAY_FORTRAN = 0x100;
// Kinds, in the order of Bigarray.kind.
export const KIND_FLOAT32 = 0;
export const KIND_FLOAT64 = 1;
export const KIND_SINT8 = 2;
export const KIND_UINT8 = 3;
export const KIND_SINT16 = 4;
export const KIND_UINT16 = 5;
export const KIND_INT32 = 6;
export const KIND_INT64 = 7;
export const KIND_CAML_INT = 8;
export const KIND_NATIVE_INT = 9;
export const KIND_COMPLEX32 = 10;
export const KIND_COMPLEX64 = 11;
export const KIND_CHAR = 12;
export const KIND_FLOAT16 = 13;

/** From this on, the result of compare_values (runtime/core/compare.ts) says why values cannot be compared. */
export const COMPARE_FAILED = 3;

// ---- Code -----------------------------------------------------------------------------------------------------------

/** A biased code address is the real address of the instruction word minus this. */
export const CODE_BIAS = 3;
/** High half of a return address on the stack. */
export const CODE_MARK = 0x2ac3c0de;
/** High half of the word at the bottom of a native frame: the low half is the biased address of a site (SITE_*). */
export const NATIVE_MARK = 0x2ac3c0df;
/** High half of the first of the two words by which a native frame catches exceptions; the second is a trap's link. */
export const NATIVE_TRAP_MARK = 0x2ac3c0e0;

// ---- Memory map -----------------------------------------------------------------------------------------------------

/** The VM's cells. Everything below is never a valid address. */
export const CELLS = 0x400;
/** Zero-sized blocks, one per tag: the header of atom t is at ATOM_HEADERS + 8 t. */
export const ATOM_HEADERS = 0x1000;
/** Address (as a value) of the atom of tag 0. */
export const ATOM0 = 0x1008;
/** Code words of the VM's own stubs (`STUB_*` below). */
export const STUBS = 0x2000;
/** Biased addresses of the stubs: one opcode each, except the last. */
export const STUB_STOP = 0x1ffd; // STUBS - CODE_BIAS
export const STUB_STOP_RAISE = 0x2001;
export const STUB_SEGMENT_RETURN = 0x2005;
export const STUB_SEGMENT_RAISE = 0x2009;
export const STUB_FIBER_RETURN = 0x200d;
export const STUB_FIBER_RAISE = 0x2011;
export const STUB_RESTORE = 0x2015;
/** ACC0; RAISE: the code of a function that raises its argument. */
export const STUB_RAISE_ARGUMENT = 0x2019;
/** Its second instruction: raises the accumulator. */
export const STUB_RAISE_ACCU = 0x201d;
/** Bottom of a call from native code: return to it, or raise there. */
export const STUB_NATIVE_RETURN = 0x2021;
export const STUB_NATIVE_RAISE = 0x2025;
/** APPTERM n, n for n = 1, 2, …: applies what was returned to the n arguments on the stack. */
export const STUB_APPLY_REST = 0x2029;
export const APPLY_REST_BYTES = 12;
export const MAX_APPLY_REST = 256;
/** RETURN 0: returns the accumulator to the frame on the stack. */
export const STUB_RETURN = 0x2c29;
/** RAISE_NOTRACE. */
export const STUB_RAISE_NOTRACE = 0x2c31;
/** Functions of more arguments have no native code. */
export const MAX_NATIVE_ARITY = 10;
/**
 * The code of partial applications that want n more arguments has table index n, for each number h of arguments that they hold,
 * up to this one, n + h * MAX_NATIVE_ARITY.
 */
export const MAX_HELD_DIRECTLY = 4;
export const MAX_PARTIAL_INDEX = MAX_NATIVE_ARITY * (MAX_HELD_DIRECTLY + 1);
/** Arguments and results of calls between TypeScript and wasm that are not values on the stack. */
export const SCRATCH = 0x3000;
export const SCRATCH_SIZE = 0x1000;
/** Static data of core.wasm starts here; the page allocator takes over after it. */
export const STATIC_DATA = 0x4000;
/** Unit of the page allocator and of WebAssembly memory. */
export const WASM_PAGE = 0x10000;

// ---- The VM's cells: state shared by core.wasm, the interpreter, native code and the host ------------------------------

// Allocation (minor heap is filled downwards).
export const CELL_YOUNG_PTR = 0x400; // i32
/** Allocation below this address leaves the fast path (usually the start of the minor heap). */
export const CELL_YOUNG_LIMIT = 0x404; // i32
export const CELL_YOUNG_START = 0x408; // i32
export const CELL_YOUNG_END = 0x40c; // i32
/** 1 while the major collector marks: then caml_modify must darken the value that it overwrites. */
export const CELL_MARKING = 0x410; // i32

// Stack of the running fiber.
/** Published stack pointer; registers of the running tier are the truth between publications. */
export const CELL_SP = 0x418; // i32
/** Lowest sp with which a function may be entered. */
export const CELL_STACK_LIMIT = 0x41c; // i32
/** Current segment (SEG_*). */
export const CELL_SEGMENT = 0x420; // i32
/** Current fiber (FIBER_*). */
export const CELL_FIBER = 0x424; // i32
/** Address of the innermost trap frame. */
export const CELL_TRAP_SP = 0x428; // i32
/** Biased code address of the instruction that called into the runtime (for backtraces). */
export const CELL_PC = 0x42c; // i32

// Registers that are roots while the interpreter calls into the runtime.
export const CELL_ACCU = 0x430; // i64
export const CELL_ENV = 0x438; // i64
/** Exception being raised, while a function returns 0. */
export const CELL_EXN = 0x440; // i64
/** Result of a host primitive. */
export const CELL_RESULT = 0x448; // i64
/** The array of global values (Caml: caml_global_data). */
export const CELL_GLOBAL_DATA = 0x450; // i64

// Polling.
/** Decremented at every poll; below 0 the poll takes its slow path. Anything urgent sets it to 0. */
export const CELL_FUEL = 0x458; // i32
/** What `CELL_FUEL` is refilled with. */
export const CELL_FUEL_REFILL = 0x45c; // i32
/** ACTION_* bits waiting for the next poll. */
export const CELL_ACTIONS = 0x460; // i32

// Backtraces.
export const CELL_BACKTRACE_ACTIVE = 0x464; // i32
/** Number of slots used in the backtrace buffer. */
export const CELL_BACKTRACE_POS = 0x468; // i32
/** Buffer of biased code addresses (i32 each), BACKTRACE_SIZE slots; 0 until needed. */
export const CELL_BACKTRACE_BUFFER = 0x46c; // i32
/** Exception that the backtrace belongs to. */
export const CELL_BACKTRACE_EXN = 0x470; // i64
export const BACKTRACE_SIZE = 1024;

// Local roots of code written in AssemblyScript: a small stack of values that the collector scans and updates.
export const CELL_ROOTS_SP = 0x478; // i32
export const CELL_ROOTS_BASE = 0x47c; // i32

// Remembered set of caml_modify: addresses of fields of major blocks that hold young pointers (i32 each).
export const CELL_REF_PTR = 0x480; // i32
export const CELL_REF_LIMIT = 0x484; // i32
export const CELL_REF_BASE = 0x488; // i32

/** Words allocated so far in the minor heap, up to the last collection (f64). */
export const CELL_MINOR_WORDS = 0x490; // f64
/** Largest stack of one fiber, in words (OCAMLRUNPARAM l). */
export const CELL_MAX_STACK_WORDS = 0x498; // i32
/** Native functions are entered only with a stack pointer above this. */
export const CELL_NATIVE_LIMIT = 0x49c; // i32
/** Id of the running domain (i32) and its state value for domain-local storage (i64). */
export const CELL_DOMAIN_ID = 0x4a0; // i32
export const CELL_DLS = 0x4a8; // i64
/** Next object id (Oo.id), as an untagged i64. */
export const CELL_OBJECT_ID = 0x4b0; // i64
/** Registered names (Callback.register): an OCaml association list [(string, value)] kept as a root. */
export const CELL_NAMED_VALUES = 0x4b8; // i64
/** Signal handlers: an OCaml array indexed by signal number, or unit. */
export const CELL_SIGNAL_HANDLERS = 0x4c0; // i64
/** Debugging switches: DEBUG_* bits. */
export const CELL_DEBUG = 0x4c8; // i32
/** Remaining arguments of the interpreted function, while the interpreter is in the runtime (extra_args). */
export const CELL_EXTRA_ARGS = 0x4cc; // i32
/** A popped segment kept for the next overflow, or 0. */
export const CELL_SPARE_SEGMENT = 0x4d0; // i32
/** A fiber that has been made and not been run yet, or 0: its handlers are roots. */
export const CELL_NEW_FIBER = 0x4d4; // i32
/** Fibers made so far (ids for Effect's continuations). */
export const CELL_FIBER_COUNT = 0x4d8; // i64
/**
 * In the profiling build of the interpreter (bench/training): the code whose executions are counted, its length in
 * bytes, and an i64 for each of its words.
 */
export const CELL_PROFILE_START = 0x4e0; // i32
export const CELL_PROFILE_BYTES = 0x4e4; // i32
export const CELL_PROFILE_COUNTS = 0x4e8; // i32

// Native code (runtime/core/native.ts).
/** Bytes of stack that native code may use before it must leave the engine's stack, where the interpreter was entered. */
export const CELL_NATIVE_BUDGET = 0x4ec; // i32
/** Where the budget of the native code that runs ends; 0: the innermost OCaml code is interpreted. */
export const CELL_NATIVE_FLOOR = 0x4f0; // i32
/** Frame to STUB_NATIVE_RETURN at the bottom of what the innermost interpreter runs, 0 if native code did not enter it. */
export const CELL_INTERPRETER_BASE = 0x4f4; // i32
/** While native frames are left: the link to set to the next trap further out, 0 for CELL_TRAP_SP itself. */
export const CELL_LEAVING_LINK = 0x4f8; // i32
/** And the innermost trap outside of the native frames. */
export const CELL_LEAVING_TRAP = 0x4fc; // i32
/** Why they are left: what the interpreter is left with then (EXIT_*). */
export const CELL_LEAVING_EXIT = 0x500; // i32
/** The trap up to which the backtrace goes. */
export const CELL_BACKTRACE_END = 0x504; // i32
/** Where the outermost trap of the native frames that are left goes if there is no link: CELL_TRAP_SP, or a fiber's FIBER_TRAP_SP. */
export const CELL_LEAVING_TOP = 0x508; // i32
/**
 * The fiber of the native code that has resumed another one, on which the innermost interpreter was entered; 0: it was not entered
 * so. The interpreter is left where control comes back to it.
 */
export const CELL_HOME = 0x50c; // i32

// Value cells that are roots: the collector scans [CELL_ACCU .. CELL_GLOBAL_DATA] and every cell listed in ROOT_CELLS
// of runtime/core/gc/roots.ts.

// A site: what the interpreter must know to go on in a frame of native code, as i32 words (native/sites.ts).
/** NATIVE_RESUME, NATIVE_CONTINUE or NATIVE_HANDLER. */
export const SITE_OPCODE = 0;
/** Biased address of the bytecode for backtraces: after the call. */
export const SITE_TRACE = 4;
/** Biased address of the bytecode to continue at. */
export const SITE_PC = 8;
/** Words of the native frame, its bottom word included. */
export const SITE_FRAME_WORDS = 12;
/** Word of the frame with its NATIVE_TRAP_MARK; 0: it catches nothing. */
export const SITE_TRAP = 16;
/** Where the accumulator comes from (SOURCE_*); SOURCE_RESULT: it is what was returned or raised. */
export const SITE_ACCU = 20;
export const SITE_ENV = 24;
/** Words of the interpreter's frame, then their sources, the deepest first. */
export const SITE_SLOTS = 28;
/** How many of the sources are SOURCE_NUMBER. */
export const SITE_NUMBERS = 32;
/** Of NATIVE_CONTINUE: index in the table of the native code that goes on after the call (native/continuations.ts). */
export const SITE_ENTRY = 36;
export const SITE_SOURCES = 40;
/** A source: the kind in the low bits, an operand above. */
export const SOURCE_KIND_BITS = 3;
/** Word `operand` of the native frame. */
export const SOURCE_FRAME = 0;
/** The OCaml integer `operand`. */
export const SOURCE_INTEGER = 1;
/** The word in the next two words of the site. */
export const SOURCE_WIDE = 2;
/** Part of a frame: FRAME_PART_*. */
export const SOURCE_PART = 3;
/**
 * A number that is to be boxed: the low BOX_KIND_BITS of the operand say as what, CUSTOM_* or BOXED_DOUBLE, the others in which
 * word of the frame the low half of its bits is, as an integer; the high half is in the next word, and does not count for CUSTOM_INT32.
 */
export const SOURCE_NUMBER = 4;
export const BOX_KIND_BITS = 3;
export const BOXED_DOUBLE = 0;
/** Words of a native frame that such a number takes. */
export const NUMBER_PARTS = 2;
/** A code address, which is in the next word of the site (biased). */
export const FRAME_PART_CODE = 0;
/** The link of a trap. */
export const FRAME_PART_LINK = 1;
export const FRAME_PART_ENV = 2;
/** The remaining arguments: none. */
export const FRAME_PART_EXTRA = 3;
/** For SITE_ACCU. */
export const SOURCE_RESULT = -1;

// Why the interpreter function has returned.
/** An exception was not caught: it is in CELL_EXN. */
export const EXIT_RAISE = 0;
/** STOP: the result is in CELL_ACCU. */
export const EXIT_STOP = 1;
/** Its fuel is used up; the state is on the stack. */
export const EXIT_POLL = 2;
/** A primitive cannot go on now (it returned 0 with CELL_EXN = 0); the state on the stack calls it again. */
export const EXIT_SUSPEND = 3;
/** Native code was left; the interpreter is to be entered again at once. */
export const EXIT_LEFT = 4;
/** Control has come back to CELL_HOME: CELL_ACCU is to be applied to CELL_EXTRA_ARGS + 1 values at CELL_SP. */
export const EXIT_HOME = 5;
/** Native code has performed effect CELL_ACCU; its frame is at CELL_SP. */
export const EXIT_PERFORM = 6;
/** Native code performs effect CELL_ACCU again: the continuation and its last fiber are at CELL_SP. */
export const EXIT_REPERFORM = 7;

// Bits of CELL_ACTIONS.
export const ACTION_SIGNAL = 1;
export const ACTION_FINALISER = 2;
export const ACTION_MINOR_GC = 4;
export const ACTION_MAJOR_SLICE = 8;
export const ACTION_OUT_OF_MEMORY = 16;
export const ACTION_YIELD = 32;
export const ACTION_HOST = 64;

// Bits of CELL_DEBUG.
/** Check the heap's invariants after each collection. */
export const DEBUG_CHECK_HEAP = 1;
/** Collect at every allocation, and look for something to do at every third poll. */
export const DEBUG_STRESS = 2;

// ---- Stack segments and fibers ----------------------------------------------------------------------------------------

// A segment: this header, then the words of the stack up to SEG_HIGH.
export const SEG_PARENT = 0; // i32: the older segment of the same fiber, or 0
export const SEG_SP = 4; // i32: its stack pointer while it is not the current segment
export const SEG_HIGH = 8; // i32: end address (exclusive)
export const SEG_LIMIT = 12; // i32: lowest sp with which a function may be entered
/** 1: holds no young pointer (left alone since the last minor collection), need not be scanned by a minor collection. */
export const SEG_CLEAN = 16; // i32
export const SEG_FIBER = 20; // i32
export const SEG_HEADER_SIZE = 32;
/** Words that a function may push without a check (OCaml: Stack_threshold_words is 32). */
export const STACK_SLACK_WORDS = 64;
/** Size of the first segment of a fiber made by an effect handler, in words, and bounds of those that follow. */
export const FIBER_FIRST_WORDS = 192;
export const MAIN_FIRST_WORDS = 16384;
export const SEGMENT_MAX_WORDS = 131072;

// A fiber (OCaml: struct stack_info).
export const FIBER_SEGMENT = 0; // i32: its current (newest) segment
export const FIBER_PARENT = 4; // i32: the fiber that it returns to, or 0
export const FIBER_SP = 8; // i32: stack pointer while it is not running
export const FIBER_WORDS = 12; // i32: words in all its segments
export const FIBER_HANDLE_VALUE = 16; // i64
export const FIBER_HANDLE_EXN = 24; // i64
export const FIBER_HANDLE_EFFECT = 32; // i64
export const FIBER_ID = 40; // i64
/** Trap frame to come back to, while it is not running. */
export const FIBER_TRAP_SP = 48; // i32
/** Remaining arguments of the function that resumed another fiber, while it is not running. */
export const FIBER_EXTRA_ARGS = 52; // i32
/** Doubly linked list of all fibers is not kept: fibers are reached from the running one, threads and continuations. */
export const FIBER_SIZE = 56;

// ---- Predefined exceptions: fields of the global data (runtime/caml/fail.h) ---------------------------------------------

export const EXN_OUT_OF_MEMORY = 0;
export const EXN_SYS_ERROR = 1;
export const EXN_FAILURE = 2;
export const EXN_INVALID_ARGUMENT = 3;
export const EXN_END_OF_FILE = 4;
export const EXN_ZERO_DIVIDE = 5;
export const EXN_NOT_FOUND = 6;
export const EXN_MATCH_FAILURE = 7;
export const EXN_STACK_OVERFLOW = 8;
export const EXN_SYS_BLOCKED_IO = 9;
export const EXN_ASSERT_FAILURE = 10;
export const EXN_UNDEFINED_RECURSIVE_MODULE = 11;

// ---- Channels: off-heap structures of runtime/core/io.ts (runtime/caml/io.h: struct channel) -----------------------------

/** Descriptor, -1 once closed. */
export const CHANNEL_FD = 0; // i32
export const CHANNEL_FLAGS = 4; // i32: CHANNEL_UNBUFFERED, CHANNEL_COMPILED, CHANNEL_RAW
/** Position in the file of the end of what has been read, or of the start of what is to be written. */
export const CHANNEL_OFFSET = 8; // f64
/** Next byte to be delivered or to be filled. */
export const CHANNEL_CURR = 16; // i32
/** Input: end of what has been read. 0 in open output channels, and only there. */
export const CHANNEL_MAX = 20; // i32
export const CHANNEL_END = 24; // i32: end of the buffer
export const CHANNEL_BUFFER = 28; // i32
/** Doubly linked list of all channels, newest first. */
export const CHANNEL_NEXT = 32; // i32
export const CHANNEL_PREVIOUS = 36; // i32
/** Number of OCaml values that refer to it. */
export const CHANNEL_REFERENCES = 40; // i32
export const CHANNEL_SIZE = 48;
export const CHANNEL_BUFFER_SIZE = 65536;
export const CHANNEL_UNBUFFERED = 16;
/** Its file starts as compiled units and libraries do, and nobody has checked it. */
export const CHANNEL_COMPILED = 32;
/** Marshalled values that are read from it stay strings of bytes. */
export const CHANNEL_RAW = 64;
