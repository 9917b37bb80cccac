/**
 * The host's side of channels, whose buffers are in runtime/core/io.ts: what fills and empties them, and the primitives
 * that are about descriptors.
 */
import { CHANNEL_FD, CHANNEL_FLAGS, CHANNEL_MAX, CHANNEL_RAW, WORD } from "../layout.ts";
import { HostError, HostWait } from "../host/host.ts";
import { type Machine, OcamlException } from "../machine.ts";
import { definePrimitives, type Primitive, Val } from "../primitives.ts";
import { errorMessage, system } from "./errors.ts";

/** Address of the structure of the channel that slot i of p holds. */
function channelAt(m: Machine, p: number, i: number): number {
  return m.i32[(m.block(p, i) + WORD) >>> 2]!;
}

/** Descriptor of the channel that slot i of p holds, -1 when it is closed. */
export function channelDescriptor(m: Machine, p: number, i: number): number {
  return m.i32[(channelAt(m, p, i) + CHANNEL_FD) >>> 2]!;
}

/** Whether the channel that slot i of p holds is for output. */
export function isOutputChannel(m: Machine, p: number, i: number): boolean {
  return m.i32[(channelAt(m, p, i) + CHANNEL_MAX) >>> 2]! === 0;
}

/**
 * The name that Dynlink and the toplevel give to a channel from which they are going to read debug data (loader/bootstrap/plugins.ts): it
 * gives marshalled values as they are from then on, so that they are not read before they are needed.
 */
export const RAW_CHANNEL = "raw values";

/** Descriptors from here on are of no file: channels on them read bytes in memory (Machine.substitutes). */
export const FIRST_MEMORY_DESCRIPTOR = 1 << 28;

/** Names that programs give to their channels, by descriptor. */
type ChannelNames = Map<number, string>;

/** The functions that core.wasm imports; none of them throws. */
export function channelImports(m: Machine, names: ChannelNames): Record<string, (...args: number[]) => number | void> {
  const { files } = m.host;
  /** The number that `failed` gives for an error's code, or for undefined, when the request has to wait. */
  const guarded = (failed: (code: string | undefined) => number, action: () => number): number => {
    try {
      return action();
    } catch (e) {
      if (e instanceof HostWait) {
        m.suspendUntil(e);
        return failed(undefined);
      }
      if (!(e instanceof HostError)) throw e;
      raiseSysError(m, e);
      return failed(e.code);
    }
  };
  return {
    channel_read: (fd, to, n, block) => {
      const target = m.u8.subarray(to! >>> 0, (to! >>> 0) + n!);
      const substitute = m.substitutes.get(fd!);
      if (!substitute) return guarded(() => -1, () => m.blocking(block !== 0, () => files.read(fd!, target)));
      const part = substitute.bytes.subarray(substitute.at, substitute.at + n!);
      target.set(part);
      substitute.at += part.length;
      return part.length;
    },
    channel_write: (fd, from, n, block) =>
      guarded(
        (code) => (code === undefined || code === "EAGAIN" || code === "EINTR" ? -1 : -2),
        () => m.blocking(block !== 0, () => files.write(fd!, m.u8.subarray(from! >>> 0, (from! >>> 0) + n!))),
      ),
    channel_position: (fd) => {
      try {
        return m.substitutes.get(fd!)?.at ?? files.position(fd!);
      } catch (e) {
        if (!(e instanceof HostError)) throw e;
        return -1;
      }
    },
    channel_seek: (fd, position) =>
      guarded(() => 0, () => {
        const substitute = m.substitutes.get(fd!);
        if (substitute) substitute.at = position!;
        else files.seek(fd!, position!);
        return 1;
      }),
    channel_size: (fd) =>
      guarded(() => -1, () => {
        const substitute = m.substitutes.get(fd!);
        if (substitute) return substitute.bytes.length;
        files.position(fd!);
        return files.status(fd!).size;
      }),
    channel_close: (fd) =>
      guarded(() => 0, () => {
        names.delete(fd!);
        m.substitutes.get(fd!)?.closed?.();
        m.substitutes.delete(fd!);
        if (fd! < FIRST_MEMORY_DESCRIPTOR) files.close(fd!);
        return 1;
      }),
    channel_check: (fd) =>
      guarded(() => 0, () => {
        try {
          m.checkCompiled?.(fd!);
          return 1;
        } catch (e) {
          if (!(e instanceof OcamlException)) throw e;
          return 0;
        }
      }),
    channel_warning: (channel, unflushed) => {
      const fd = m.i32[((channel! >>> 0) + CHANNEL_FD) >>> 2]!;
      const name = names.get(fd);
      if (name === undefined) m.warn(`channel opened on file descriptor ${fd} dies without being closed`);
      else m.warn(`channel opened on file '${name}' dies without being closed`);
      if (unflushed) m.warn("(moreover, it has unflushed data)");
    },
  };
}

/** Leave Sys_error in CELL_EXN. */
function raiseSysError(m: Machine, error: HostError): void {
  try {
    m.sysError(errorMessage(error.code));
  } catch (e) {
    if (!(e instanceof OcamlException)) throw e;
  }
}

export function channelPrimitives(names: ChannelNames): Primitive[] {
  return definePrimitives({
    caml_ml_set_channel_name: [
      2,
      (m, a) => {
        const [fd, name] = [channelDescriptor(m, a, 0), m.utf8(m.block(a, 1))];
        if (name === RAW_CHANNEL) m.i32[(channelAt(m, a, 0) + CHANNEL_FLAGS) >>> 2]! |= CHANNEL_RAW;
        else if (!m.channelNamed?.(fd, name)) names.set(fd, name);
        return Val.unit;
      },
    ],
    caml_channel_descriptor: [
      1,
      (m, a) => {
        const fd = channelDescriptor(m, a, 0);
        return fd === -1 ? m.sysError(errorMessage("EBADF")) : Val.int(fd);
      },
    ],
    caml_terminfo_rows: [1, (m, a) => Val.int(m.host.terminal.rows(channelDescriptor(m, a, 0)))],
    caml_sys_isatty: [1, (m, a) => Val.bool(m.host.files.isTerminal(channelDescriptor(m, a, 0)))],
    caml_sys_close: [
      1,
      (m, a) => {
        system(m, undefined, () => m.host.files.close(m.int(a, 0)));
        return Val.unit;
      },
    ],
  });
}
