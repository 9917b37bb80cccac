/** Channels as OCaml sees them (runtime/io.c). */
import { CUSTOM_CHANNEL, WORD } from "../layout.ts";
import type { Machine } from "../machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../primitives.ts";
import { Channel } from "./channel.ts";
import { system } from "./errors.ts";

/** All channels that are open or that a value refers to, by the number in the value. */
export class Channels {
  private readonly channels = new Map<number, Channel>();
  private next = 0;

  /** A value for a new channel on a descriptor. */
  create(m: Machine, fd: number, output: boolean): Value {
    const index = this.next++;
    this.channels.set(index, new Channel(m.host, fd, output));
    return wrap(m, index);
  }

  /** The channel that slot i of p holds. */
  at(m: Machine, p: number, i: number): Channel {
    return this.channels.get(m.i32[(m.block(p, i) + WORD) >>> 2]!)!;
  }

  /** Indices of the open output channels, newest first. */
  openOutputs(): number[] {
    return [...this.channels].filter(([, c]) => c.output && c.open).map(([index]) => index).reverse();
  }

  /** A custom block of the given kind is dead. */
  finalizeCustom(kind: number, data: number): void {
    if (kind === CUSTOM_CHANNEL) this.finalize(data);
  }

  /** The value that referred to channel number `index` is dead. Unflushed output is kept for at_exit. */
  private finalize(index: number): void {
    const channel = this.channels.get(index);
    if (channel && !(channel.output && channel.open && channel.curr > 0)) this.channels.delete(index);
  }
}

function wrap(m: Machine, index: number): Value {
  return m.core.alloc_host_custom(CUSTOM_CHANNEL, index) >>> 0;
}

export function ioPrimitives(channels: Channels): Primitive[] {
  const on = <T>(m: Machine, channel: Channel, action: () => T): T => {
    if (!channel.open) m.sysError("Bad file descriptor");
    return system(m, undefined, action);
  };
  const output = (m: Machine, a: number): Value => {
    const channel = channels.at(m, a, 0);
    const start = m.block(a, 1) + m.int(a, 2);
    on(m, channel, () => {
      channel.put(m.u8.subarray(start, start + m.int(a, 3)));
      if (!channel.buffered) channel.flush();
    });
    return Val.unit;
  };
  const openIn = (m: Machine, a: number): Value => channels.create(m, m.int(a, 0), false);
  const openOut = (m: Machine, a: number): Value => channels.create(m, m.int(a, 0), true);
  const seek = (m: Machine, a: number, to: number): Value => {
    const channel = channels.at(m, a, 0);
    on(m, channel, () => channel.seek(to));
    return Val.unit;
  };
  const position = (m: Machine, a: number): number => {
    const channel = channels.at(m, a, 0);
    return on(m, channel, () => channel.position());
  };
  const size = (m: Machine, a: number): number => {
    const channel = channels.at(m, a, 0);
    return on(m, channel, () => channel.size());
  };
  const boxed = (m: Machine, p: number, i: number): number => Number(m.i64[(m.block(p, i) + WORD) >>> 3]!);
  /** Data of a one-dimensional bigarray of chars from the offset in slot `at`. */
  const bigarrayBytes = (m: Machine, a: number): Uint8Array => {
    const start = m.u32[(m.block(a, 1) + WORD) >>> 2]! + m.int(a, 2);
    return m.u8.subarray(start, start + m.int(a, 3));
  };
  return definePrimitives({
    caml_ml_open_descriptor_in: [1, openIn],
    caml_ml_open_descriptor_in_with_flags: [2, openIn],
    caml_ml_open_descriptor_out: [1, openOut],
    caml_ml_open_descriptor_out_with_flags: [2, openOut],
    caml_ml_set_channel_name: [
      2,
      (m, a) => {
        channels.at(m, a, 0).name = m.utf8(m.block(a, 1));
        return Val.unit;
      },
    ],
    caml_ml_out_channels_list: [
      1,
      (m) => {
        const open = channels.openOutputs();
        return m.list(open.length, (i) => wrap(m, open[i]!));
      },
    ],
    caml_channel_descriptor: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        return on(m, channel, () => Val.int(channel.fd));
      },
    ],
    caml_ml_close_channel: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        system(m, undefined, () => channel.close());
        return Val.unit;
      },
    ],
    caml_ml_channel_size: [1, (m, a) => Val.int(size(m, a))],
    caml_ml_channel_size_64: [1, (m, a) => m.allocInt64(BigInt(size(m, a)))],
    caml_ml_set_binary_mode: [2, () => Val.unit],
    caml_ml_is_binary_mode: [1, () => Val.true],
    caml_ml_flush: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        if (channel.open) system(m, undefined, () => channel.flush());
        return Val.unit;
      },
    ],
    caml_ml_set_buffered: [
      2,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        channel.buffered = m.bool(a, 1);
        if (!channel.buffered && channel.open) system(m, undefined, () => channel.flush());
        return Val.unit;
      },
    ],
    caml_ml_is_buffered: [1, (m, a) => Val.bool(channels.at(m, a, 0).buffered)],
    caml_ml_output_char: [
      2,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        on(m, channel, () => {
          channel.putByte(m.int(a, 1) & 255);
          if (!channel.buffered) channel.flush();
        });
        return Val.unit;
      },
    ],
    caml_ml_output_int: [
      2,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        const n = m.int(a, 1);
        on(m, channel, () => {
          for (const shift of [24, 16, 8, 0]) channel.putByte((n >> shift) & 255);
          if (!channel.buffered) channel.flush();
        });
        return Val.unit;
      },
    ],
    caml_ml_output_bytes: [4, output],
    caml_ml_output: [4, output],
    caml_ml_output_bigarray: [
      4,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        on(m, channel, () => {
          channel.put(bigarrayBytes(m, a));
          if (!channel.buffered) channel.flush();
        });
        return Val.unit;
      },
    ],
    caml_ml_seek_out: [2, (m, a) => seek(m, a, m.int(a, 1))],
    caml_ml_seek_out_64: [2, (m, a) => seek(m, a, boxed(m, a, 1))],
    caml_ml_pos_out: [1, (m, a) => Val.int(position(m, a))],
    caml_ml_pos_out_64: [1, (m, a) => m.allocInt64(BigInt(position(m, a)))],
    caml_ml_input_char: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        const byte = on(m, channel, () => channel.getByte());
        return byte < 0 ? m.endOfFile() : Val.int(byte);
      },
    ],
    caml_ml_input_int: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        const bytes = on(m, channel, () => channel.getExactly(4));
        if (bytes.length < 4) m.endOfFile();
        return Val.int(new DataView(bytes.buffer).getInt32(0));
      },
    ],
    caml_ml_input: [
      4,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        return on(m, channel, () => {
          const start = m.block(a, 1) + m.int(a, 2);
          return Val.int(channel.get(m.u8.subarray(start, start + m.int(a, 3))));
        });
      },
    ],
    caml_ml_input_bigarray: [
      4,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        return on(m, channel, () => Val.int(channel.get(bigarrayBytes(m, a))));
      },
    ],
    caml_ml_seek_in: [2, (m, a) => seek(m, a, m.int(a, 1))],
    caml_ml_seek_in_64: [2, (m, a) => seek(m, a, boxed(m, a, 1))],
    caml_ml_pos_in: [1, (m, a) => Val.int(position(m, a))],
    caml_ml_pos_in_64: [1, (m, a) => m.allocInt64(BigInt(position(m, a)))],
    caml_ml_input_scan_line: [
      1,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        return on(m, channel, () => Val.int(channel.scanLine()));
      },
    ],
    caml_terminfo_rows: [1, () => Val.int(-2)],
    caml_input_value: [1, (m, a) => inputValue(m, channels.at(m, a, 0))],
    caml_input_value_to_outside_heap: [1, (m, a) => inputValue(m, channels.at(m, a, 0))],
    caml_output_value: [
      3,
      (m, a) => {
        const channel = channels.at(m, a, 0);
        if (!channel.open) m.sysError("Bad file descriptor");
        const start = m.core.extern_for_host(a + WORD, a + 2 * WORD) >>> 0;
        if (start === 0) m.raisePending();
        const length = m.core.extern_length() >>> 0;
        try {
          on(m, channel, () => channel.put(m.u8.subarray(start, start + length)));
        } finally {
          m.core.mem_free(start);
        }
        return Val.unit;
      },
    ],
  });
}

/** Headers are at most this long. */
const MAX_HEADER = 64;

function inputValue(m: Machine, channel: Channel): Value {
  return system(m, undefined, () => {
    let bytes = channel.getExactly(5);
    if (bytes.length === 0) m.endOfFile();
    const more = (n: number): void => {
      const rest = channel.getExactly(n);
      if (rest.length < n) m.failwith("input_value: truncated object");
      const both = new Uint8Array(bytes.length + n);
      both.set(bytes);
      both.set(rest, bytes.length);
      bytes = both;
    };
    const buffer = m.core.mem_alloc(MAX_HEADER) >>> 0;
    let length: number;
    for (;;) {
      m.u8.set(bytes, buffer);
      length = m.core.marshalled_length(buffer, bytes.length);
      if (length !== -2 || bytes.length >= MAX_HEADER) break;
      more(1);
    }
    m.core.mem_free(buffer);
    if (length < 0) m.failwith("input_value: bad object");
    more(length - bytes.length);
    return m.internBytes(bytes);
  });
}
