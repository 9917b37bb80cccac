/**
 * Open files (otherlibs/unix/open_unix.c, read_unix.c, write_unix.c, lseek_unix.c, channels_unix.c, dup_unix.c,
 * fcntl.c, pipe_unix.c and others).
 */
import { WORD } from "../../layout.ts";
import { type FileKind, HostError, type OpenFlags } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { effect, intList, onPath, optionalBool, unix, unixError } from "./errors.ts";

/** Most bytes that Unix.read, write and the like move in one step (UNIX_BUFFER_SIZE). */
export const BUFFER_SIZE = 65536;

// Constructors of open_flag.
const O_WRONLY = 1;
const O_RDWR = 2;
const O_NONBLOCK = 3;
const O_APPEND = 4;
const O_CREAT = 5;
const O_TRUNC = 6;
const O_EXCL = 7;
const O_DSYNC = 9;
const O_SYNC = 10;
const O_RSYNC = 11;
const O_CLOEXEC = 13;

function openFlags(flags: readonly number[]): OpenFlags {
  const has = (flag: number): boolean => flags.includes(flag);
  return {
    read: has(O_RDWR) || !has(O_WRONLY),
    write: has(O_RDWR) || has(O_WRONLY),
    nonblock: has(O_NONBLOCK),
    append: has(O_APPEND),
    create: has(O_CREAT),
    truncate: has(O_TRUNC),
    exclusive: has(O_EXCL),
    ...(has(O_SYNC) || has(O_RSYNC) ? { sync: "all" as const } : has(O_DSYNC) && { sync: "data" as const }),
    closeOnExec: has(O_CLOEXEC),
  };
}

/** Bytes of memory from `from` on. */
function window(m: Machine, from: number, length: number): Uint8Array {
  return m.u8.subarray(from, from + length);
}

/** Read once into the bytes at `to`. */
function read(m: Machine, name: string, fd: number, to: number, length: number): Value {
  return unix(m, name, undefined, () => {
    if (length === 0) return Val.int(0);
    return Val.int(m.host.files.read(fd, window(m, to, length)));
  });
}

/** Write the bytes at `from`, all of them unless `single`, in steps of at most `step`. */
function write(
  m: Machine,
  a: number,
  { name, step, single }: { name: string; step: number; single: boolean },
  from: number,
  length: number,
): Value {
  return unix(m, name, undefined, () => {
    const written = m.stepwise(a, (written) => {
      if (written === length || (single && written > 0)) return undefined;
      try {
        const bytes = window(m, from + written, Math.min(step, length - written));
        return written + m.host.files.write(m.int(a, 0), bytes);
      } catch (e) {
        if (e instanceof HostError && e.code === "EAGAIN" && written > 0) return undefined;
        throw e;
      }
    });
    return Val.int(written);
  });
}

/** Address of the data of the bigarray in slot i, from the index in the next slot on. */
const bigarrayAt = (m: Machine, a: number, i: number): number =>
  m.u32[(m.block(a, i) + WORD) >>> 2]! + m.int(a, i + 1);

const writeBytes =
  (name: string, single: boolean): PrimitiveCode =>
  (m, a) =>
    write(m, a, { name, step: BUFFER_SIZE, single }, m.block(a, 1) + m.int(a, 2), m.int(a, 3));

/** Position after a seek: slot 2 is the seek_command. */
function lseek(m: Machine, a: number, offset: number): number {
  return unix(m, "lseek", undefined, () => {
    const fd = m.int(a, 0);
    const { files } = m.host;
    const command = m.int(a, 2);
    const position = files.position(fd);
    const from = command === 0 ? 0 : command === 1 ? position : files.status(fd).size;
    if (from + offset < 0) throw new HostError("EINVAL");
    files.seek(fd, from + offset);
    return files.position(fd);
  });
}

/** The Int64 in slot i. */
export const int64Argument = (m: Machine, a: number, i: number): number =>
  Number(m.i64[(m.block(a, i) + WORD) >>> 3]!);

/** What can be a stream of bytes. */
const STREAM_KINDS: readonly FileKind[] = ["file", "character", "fifo", "socket"];
/** Value of the option SO_TYPE. */
const SOCK_STREAM = 1;

/** Refuse descriptors of what is not a stream of bytes; then open a channel. */
const channel =
  (name: string, open: "caml_ml_open_descriptor_in" | "caml_ml_open_descriptor_out"): PrimitiveCode =>
  (m, a) => {
    unix(m, name, undefined, () => {
      const fd = m.int(a, 0);
      const { kind } = m.host.files.status(fd);
      const datagrams = kind === "socket" && m.host.network.getOption(fd, "SO_TYPE") !== SOCK_STREAM;
      if (datagrams || !STREAM_KINDS.includes(kind)) throw new HostError("EINVAL");
    });
    const address = Number(m.core[open](BigInt(m.field(a, 0))));
    return address === 0 ? m.raisePending() : address;
  };

const closeOnExec = (on: boolean): PrimitiveCode =>
  effect("set_close_on_exec", (m, a) => m.host.files.setCloseOnExec(m.int(a, 0), on));

const nonblock = (name: string, on: boolean): PrimitiveCode =>
  effect(name, (m, a) => m.host.files.setNonblock(m.int(a, 0), on));

export const filePrimitives = definePrimitives({
  caml_unix_open: [
    3,
    onPath("open", (m, path, a) => Val.int(m.host.files.open(path, openFlags(intList(m, a, 1)), m.int(a, 2)))),
  ],
  caml_unix_close: [1, effect("close", (m, a) => m.host.files.close(m.int(a, 0)))],
  caml_unix_fsync: [1, effect("fsync", (m, a) => m.host.files.sync(m.int(a, 0)))],
  caml_unix_read: [
    4,
    (m, a) => read(m, "read", m.int(a, 0), m.block(a, 1) + m.int(a, 2), Math.min(m.int(a, 3), BUFFER_SIZE)),
  ],
  caml_unix_read_bigarray: [4, (m, a) => read(m, "read_bigarray", m.int(a, 0), bigarrayAt(m, a, 1), m.int(a, 3))],
  caml_unix_write: [4, writeBytes("write", false)],
  caml_unix_single_write: [4, writeBytes("single_write", true)],
  caml_unix_write_bigarray: [
    5,
    (m, a) => {
      const how = { name: "write_bigarray", step: Infinity, single: m.bool(a, 4) };
      return write(m, a, how, bigarrayAt(m, a, 1), m.int(a, 3));
    },
  ],
  caml_unix_inchannel_of_filedescr: [1, channel("in_channel_of_descr", "caml_ml_open_descriptor_in")],
  caml_unix_outchannel_of_filedescr: [1, channel("out_channel_of_descr", "caml_ml_open_descriptor_out")],
  caml_unix_lseek: [3, (m, a) => Val.int(lseek(m, a, m.int(a, 1)))],
  caml_unix_lseek_64: [3, (m, a) => m.allocInt64(BigInt(lseek(m, a, int64Argument(m, a, 1))))],
  caml_unix_isatty: [1, (m, a) => Val.bool(m.host.files.isTerminal(m.int(a, 0)))],
  caml_unix_dup: [
    2,
    (m, a) =>
      unix(m, "dup", undefined, () => {
        const fd = m.host.files.duplicate(m.int(a, 1));
        if (optionalBool(m, a, 0)) m.host.files.setCloseOnExec(fd, true);
        return Val.int(fd);
      }),
  ],
  caml_unix_dup2: [
    3,
    effect("dup2", (m, a) => {
      const [from, to, cloexec] = [m.int(a, 1), m.int(a, 2), optionalBool(m, a, 0)];
      if (to < 0) throw new HostError("EBADF");
      // dup2 of a descriptor to itself does nothing, not even look whether it is open.
      if (from !== to) m.host.files.duplicateTo(from, to);
      if (cloexec !== undefined) m.host.files.setCloseOnExec(to, cloexec);
    }),
  ],
  caml_unix_set_nonblock: [1, nonblock("set_nonblock", true)],
  caml_unix_clear_nonblock: [1, nonblock("clear_nonblock", false)],
  caml_unix_set_close_on_exec: [1, closeOnExec(true)],
  caml_unix_clear_close_on_exec: [1, closeOnExec(false)],
  caml_unix_pipe: [
    2,
    (m, a) =>
      unix(m, "pipe", undefined, () => {
        const ends = m.host.files.pipe();
        if (optionalBool(m, a, 0)) for (const fd of ends) m.host.files.setCloseOnExec(fd, true);
        return m.tuple(0, Val.int(ends[0]), Val.int(ends[1]));
      }),
  ],
  /** Node has no locks on files. */
  caml_unix_lockf: [3, (m) => unixError(m, "ENOSYS", "lockf")],
});
