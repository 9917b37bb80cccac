/** The program and its system (runtime/sys.c). */
import { definePrimitives, type Primitive, Val, type Value } from "../primitives.ts";
import { ExitRequest, HostError } from "../host/host.ts";
import type { Machine } from "../machine.ts";
import { system } from "./errors.ts";

export interface ProgramIdentity {
  /** Sys.argv. */
  argv: readonly string[];
  /** Sys.executable_name. */
  executableName: string;
  /** Sys.runtime_variant: "native" for programs that have been started as native code. Default: "". */
  variant?: string;
}

/** Flags of caml_sys_open, by constructor of open_flag: RDONLY, WRONLY, APPEND, CREAT, TRUNC, EXCL, BINARY, TEXT, NONBLOCK. */
const OPEN_FLAGS = ["read", "write", "append", "create", "truncate", "exclusive", "binary", "text", "nonblock"] as const;

function openFlags(m: Machine, list: Value): Record<(typeof OPEN_FLAGS)[number], boolean> {
  const flags = Object.fromEntries(OPEN_FLAGS.map((name) => [name, false])) as Record<
    (typeof OPEN_FLAGS)[number],
    boolean
  >;
  for (; list !== Val.emptyList; list = m.field(list as number, 1)) {
    flags[OPEN_FLAGS[m.int(list as number, 0)]!] = true;
  }
  // As C's O_WRONLY | O_APPEND; a file is never open for both.
  if (flags.append) flags.write = true;
  if (flags.write) flags.read = false;
  return flags;
}

/** What happens to the program when a path is asked about and the host cannot tell. */
function exists(m: Machine, path: string): boolean {
  try {
    m.host.files.status(path);
    return true;
  } catch (e) {
    if (e instanceof HostError) return false;
    throw e;
  }
}

/** Seconds of processor time. */
function cpuTime(m: Machine, withChildren: boolean): number {
  const { user, system, childrenUser, childrenSystem } = m.host.clock.processorTimes();
  return user + system + (withChildren ? childrenUser + childrenSystem : 0);
}

/** Ends the program with a line on standard error. */
function fatal(m: Machine, message: string): never {
  m.writeError(`Fatal error: ${message}\n`);
  throw new ExitRequest(UNCAUGHT_STATUS);
}

/** What core.wasm imports of the system. */
export function sysImports(m: Machine): Record<string, (...args: number[]) => void> {
  /** A text of core.wasm, at p in UTF-16. */
  const text = (p: number, length: number): string =>
    new TextDecoder("utf-16le").decode(m.u8.slice(p >>> 0, (p >>> 0) + 2 * length));
  const hex = (p: number): string => `0x${(p >>> 0).toString(16)}`;
  return {
    /** An exception has to be raised that the program does not define. Ends the program. */
    missing_exception: (p, length) => fatal(m, `exception ${text(p!, length!)}`),
    fatal_error: (p, length) => fatal(m, text(p!, length!)),
    /** The heap's checker has found that an invariant does not hold. Ends the program. */
    heap_damaged: (p, length, address, block) =>
      fatal(m, `heap check: "${text(p!, length!)}" does not hold: word ${hex(address!)}, block ${hex(block!)}`),
  };
}

/** Exit status of a program that ends with an uncaught exception. */
export const UNCAUGHT_STATUS = 2;

export function sysPrimitives(identity: ProgramIdentity): Primitive[] {
  const path = (m: Machine, a: number, i = 0): string => {
    const name = m.utf8(m.block(a, i));
    if (name.includes("\0")) m.sysError(`${name}: No such file or directory`);
    return name;
  };
  const onPath =
    (action: (m: Machine, name: string, a: number) => Value) =>
    (m: Machine, a: number): Value => {
      const name = path(m, a);
      return system(m, name, () => action(m, name, a));
    };
  const argv = (m: Machine): Value => m.array(identity.argv.length, (i) => m.allocString(identity.argv[i]!));
  return definePrimitives({
    caml_sys_exit: [
      1,
      (m, a) => {
        throw new ExitRequest(m.int(a, 0) & 255);
      },
    ],
    caml_sys_open: [
      3,
      (m, a) => {
        const name = path(m, a);
        const flags = openFlags(m, m.field(a, 1));
        m.settle();
        const read = flags.read || !flags.write;
        return system(m, name, () => Val.int(m.host.files.open(name, { ...flags, read }, m.int(a, 2))));
      },
    ],
    caml_sys_file_exists: [1, (m, a) => Val.bool(exists(m, m.utf8(m.block(a, 0))))],
    caml_sys_is_directory: [1, onPath((m, name) => Val.bool(m.host.files.status(name).kind === "directory"))],
    caml_sys_is_regular_file: [1, onPath((m, name) => Val.bool(m.host.files.status(name).kind === "file"))],
    caml_sys_remove: [
      1,
      onPath((m, name) => {
        m.host.files.remove(name);
        return Val.unit;
      }),
    ],
    caml_sys_rename: [
      2,
      onPath((m, name, a) => {
        m.host.files.rename(name, path(m, a, 1));
        return Val.unit;
      }),
    ],
    caml_sys_chdir: [
      1,
      onPath((m, name) => {
        m.host.files.changeDirectory(name);
        return Val.unit;
      }),
    ],
    caml_sys_mkdir: [
      2,
      onPath((m, name, a) => {
        m.host.files.makeDirectory(name, m.int(a, 1));
        return Val.unit;
      }),
    ],
    caml_sys_rmdir: [
      1,
      onPath((m, name) => {
        m.host.files.removeDirectory(name);
        return Val.unit;
      }),
    ],
    caml_sys_read_directory: [
      1,
      onPath((m, name) => {
        const names = m.host.files.readDirectory(name);
        return m.array(names.length, (i) => m.allocString(names[i]!));
      }),
    ],
    caml_sys_getcwd: [1, (m) => system(m, undefined, () => m.allocString(m.host.files.currentDirectory()))],
    caml_sys_getenv: [
      1,
      (m, a) => {
        const found = m.host.environment.get(m.utf8(m.block(a, 0)));
        return found === undefined ? m.notFound() : m.allocString(found);
      },
    ],
    caml_sys_unsafe_getenv: [
      1,
      (m, a) => {
        const found = m.host.environment.get(m.utf8(m.block(a, 0)));
        return found === undefined ? m.notFound() : m.allocString(found);
      },
    ],
    caml_sys_argv: [1, argv],
    caml_sys_get_argv: [
      1,
      (m) => {
        m.pushRoot(m.allocString(identity.executableName));
        const array = argv(m);
        return m.tuple(0, m.popRoot(), array);
      },
    ],
    caml_sys_modify_argv: [
      1,
      (m, a) => {
        const array = m.block(a, 0);
        identity.argv = Array.from({ length: m.wosize(array) }, (_, i) => m.utf8(m.block(array, i)));
        return Val.unit;
      },
    ],
    caml_sys_executable_name: [1, (m) => m.allocString(identity.executableName)],
    caml_sys_system_command: [
      1,
      (m, a) => {
        const command = m.utf8(m.block(a, 0));
        m.settle();
        return system(m, command, () => Val.int(m.host.processes.system(command).exited ?? 255));
      },
    ],
    caml_sys_time: [1, (m) => m.allocDouble(cpuTime(m, false))],
    caml_sys_time_include_children: [1, (m, a) => m.allocDouble(cpuTime(m, m.bool(a, 0)))],
    caml_sys_random_seed: [
      1,
      (m) => {
        const seed = m.host.random(12);
        return m.array(seed.length, (i) => Val.int(seed[i]!));
      },
    ],
    caml_sys_const_big_endian: [1, () => Val.false],
    caml_sys_const_word_size: [1, () => Val.int(64)],
    caml_sys_const_int_size: [1, () => Val.int(63)],
    caml_sys_const_max_wosize: [1, () => Val.int64((1n << 54n) - 1n)],
    caml_sys_const_ostype_unix: [1, () => Val.true],
    caml_sys_const_ostype_win32: [1, () => Val.false],
    caml_sys_const_ostype_cygwin: [1, () => Val.false],
    /** Sys.Bytecode. */
    caml_sys_const_backend_type: [1, () => Val.int(1)],
    caml_sys_get_config: [1, (m) => m.tuple(0, m.allocString("Unix"), Val.int(64), Val.false)],
    caml_xdg_defaults: [1, () => Val.emptyList],
    caml_runtime_variant: [1, (m) => m.allocString(identity.variant ?? "")],
    caml_runtime_parameters: [1, (m) => m.allocString("")],
    caml_ml_enable_runtime_warnings: [
      1,
      (m, a) => {
        m.warnings = m.bool(a, 0);
        return Val.unit;
      },
    ],
    caml_ml_runtime_warnings_enabled: [1, (m) => Val.bool(m.warnings)],
    caml_zstd_initialize: [1, () => Val.false],
    caml_reset_afl_instrumentation: [1, () => Val.unit],
  });
}
