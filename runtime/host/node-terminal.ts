/** Terminals: Node knows whether a descriptor is one; their settings are read and changed by the command stty. */
import { BaseTerminal } from "./base.ts";
import { HostError, type TerminalAttributes, type TerminalCharacter, type TerminalFlag } from "./host.ts";
import { childProcess } from "./node-modules.ts";

const FLAGS = (
  "ignbrk brkint ignpar parmrk inpck istrip inlcr igncr icrnl ixon ixoff opost cread parenb parodd hupcl clocal isig " +
  "icanon noflsh echo echoe echok echonl"
).split(" ") as TerminalFlag[];
const CHARACTERS = "intr quit erase kill eof eol min time start stop".split(" ") as TerminalCharacter[];
/** These two are numbers to stty, too. */
const NUMBERS: readonly TerminalCharacter[] = ["min", "time"];

/** A character as stty writes it: ^C, ^?, M-^C, <undef>, or itself. */
function parseCharacter(text: string): number {
  if (text === "<undef>" || text === "undef") return 0;
  if (text.startsWith("M-")) return 128 + parseCharacter(text.slice(2));
  if (text === "^?") return 127;
  if (/^\^./.test(text)) return text.charCodeAt(1) & 31;
  return text.charCodeAt(0);
}

/** A character as stty takes it. */
function formatCharacter(c: number): string {
  if (c === 0) return "^-";
  if (c === 127) return "^?";
  if (c < 32) return `^${String.fromCharCode(c + 64)}`;
  return c < 128 ? String.fromCharCode(c) : `0x${c.toString(16)}`;
}

export class NodeTerminal extends BaseTerminal {
  /** Descriptor of the process for a descriptor of the program that is a terminal, undefined for others. */
  private readonly real: (fd: number) => number | undefined;

  constructor(real: (fd: number) => number | undefined) {
    super();
    this.real = real;
  }

  override rows = (fd: number): number =>
    this.real(fd) === undefined ? -1 : (process.stdout.rows ?? process.stderr.rows ?? 24);

  private stty(fd: number, args: readonly string[]): string {
    const real = this.real(fd);
    if (real === undefined) throw new HostError("ENOTTY");
    const { error, status, stdout, stderr } = childProcess().spawnSync("stty", args, {
      stdio: [real, "pipe", "pipe"],
      encoding: "latin1",
      env: { ...process.env, LC_ALL: "C" },
    });
    if (error) throw new HostError("ENOSYS");
    // Terminals may do a part only of what they are told; tcsetattr says nothing of it.
    if (status !== 0 && !stderr.includes("unable to perform all")) throw new HostError("EINVAL");
    return stdout;
  }

  override attributes = (fd: number): TerminalAttributes => {
    const text = ` ${this.stty(fd, ["-a"]).replace(/\s+/g, " ")} `;
    const found = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
    const flag = (name: string): boolean => new RegExp(`[ :]${name}[ ;]`).test(text);
    const speed = Number(found(/speed (\d+) baud/) ?? 0);
    const values = CHARACTERS.map((name): [TerminalCharacter, number] => {
      const value = found(new RegExp(` ${name} = ([^;]+);`)) ?? "<undef>";
      return [name, NUMBERS.includes(name) ? Number(value) || 0 : parseCharacter(value)];
    });
    return {
      flags: Object.fromEntries(FLAGS.map((name) => [name, flag(name)])) as Record<TerminalFlag, boolean>,
      characters: Object.fromEntries(values) as Record<TerminalCharacter, number>,
      outputSpeed: Number(found(/ospeed (\d+) baud/) ?? speed),
      inputSpeed: Number(found(/ispeed (\d+) baud/) ?? speed),
      bits: Number(found(/ cs([5-8])[ ;]/) ?? 8),
      stopBits: flag("cstopb") ? 2 : 1,
    };
  };

  override setAttributes = (fd: number, attributes: TerminalAttributes): void => {
    const { flags, characters, outputSpeed, inputSpeed, bits, stopBits } = attributes;
    this.stty(fd, [
      ...FLAGS.map((name) => (flags[name] ? name : `-${name}`)),
      ...["ospeed", String(outputSpeed), "ispeed", String(inputSpeed), `cs${bits}`, stopBits === 2 ? "cstopb" : "-cstopb"],
      ...CHARACTERS.flatMap((name) => [
        name,
        NUMBERS.includes(name) ? String(characters[name]) : formatCharacter(characters[name]),
      ]),
    ]);
  };
}
