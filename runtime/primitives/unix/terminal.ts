/** Terminals (otherlibs/unix/termios.c). */
import { HostError, type TerminalAttributes, type TerminalCharacter, type TerminalFlag } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { effect, unix } from "./errors.ts";

/** The fields of terminal_io. */
type Field =
  | { readonly flag: TerminalFlag }
  | { readonly character: TerminalCharacter }
  | { readonly number: "outputSpeed" | "inputSpeed" | "bits" | "stopBits" };

const flags = (names: string): Field[] => names.split(" ").map((flag) => ({ flag: flag as TerminalFlag }));

const FIELDS: readonly Field[] = [
  ...flags("ignbrk brkint ignpar parmrk inpck istrip inlcr igncr icrnl ixon ixoff opost"),
  { number: "outputSpeed" },
  { number: "inputSpeed" },
  { number: "bits" },
  { number: "stopBits" },
  ...flags("cread parenb parodd hupcl clocal isig icanon noflsh echo echoe echok echonl"),
  ..."intr quit erase kill eof eol min time start stop"
    .split(" ")
    .map((character) => ({ character: character as TerminalCharacter })),
];

function allocAttributes(m: Machine, t: TerminalAttributes): Value {
  return m.tuple(
    0,
    ...FIELDS.map((field) => {
      if ("flag" in field) return Val.bool(t.flags[field.flag]);
      return Val.int("number" in field ? t[field.number] : t.characters[field.character]);
    }),
  );
}

/** The terminal_io in slot i. */
function attributesArgument(m: Machine, a: number, i: number): TerminalAttributes {
  const record = m.block(a, i);
  const result = { flags: {}, characters: {} } as Record<string, unknown> & {
    flags: Record<string, boolean>;
    characters: Record<string, number>;
  };
  FIELDS.forEach((field, j) => {
    if ("flag" in field) result.flags[field.flag] = m.bool(record, j);
    else if ("number" in field) result[field.number] = m.int(record, j);
    else result.characters[field.character] = m.int(record, j) & 255;
  });
  const attributes = result as unknown as TerminalAttributes;
  const { bits, stopBits } = attributes;
  if (bits < 5 || bits > 8 || stopBits < 1 || stopBits > 2) throw new HostError("EINVAL");
  return attributes;
}

/** What Node has no means for, on descriptors that are terminals. */
const refused = (name: string): PrimitiveCode =>
  effect(name, (m, a) => {
    m.host.terminal.attributes(m.int(a, 0));
    throw new HostError("ENOSYS");
  });

export const terminalPrimitives = definePrimitives({
  caml_unix_tcgetattr: [
    1,
    (m, a) =>
      allocAttributes(
        m,
        unix(m, "tcgetattr", undefined, () => m.host.terminal.attributes(m.int(a, 0))),
      ),
  ],
  caml_unix_tcsetattr: [
    3,
    effect("tcsetattr", (m, a) => m.host.terminal.setAttributes(m.int(a, 0), attributesArgument(m, a, 2))),
  ],
  // Settings are changed after what has been written is out, so this waits for it.
  caml_unix_tcdrain: [
    1,
    effect("tcdrain", (m, a) => {
      const fd = m.int(a, 0);
      m.host.terminal.setAttributes(fd, m.host.terminal.attributes(fd));
    }),
  ],
  caml_unix_tcsendbreak: [2, refused("tcsendbreak")],
  caml_unix_tcflush: [2, refused("tcflush")],
  caml_unix_tcflow: [2, refused("tcflow")],
});
