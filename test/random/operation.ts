/** What expressions and patterns are made of: text with operands, and its type. */
import { functionType, parseType, type Type } from "./types.ts";

export interface Operation {
  /** The text around the operands; one more than them. */
  readonly pieces: readonly string[];
  readonly operands: readonly Type[];
  readonly result: Type;
  readonly impure: boolean;
  readonly rare?: boolean;
  /** Whether the order in which operands are evaluated is known. */
  readonly ordered: boolean;
}

/** Read an operation. Throws if there are not as many operands in its text as in its type. */
export function operation(line: string): Operation {
  const [, flag, text, typeOf] = /^([!?~]?) *(.*) +: +(.*)$/.exec(line) ?? [];
  if (text === undefined) throw new Error(`not an operation: ${line}`);
  const pieces = text.replaceAll("%%", "\0").split("%").map((piece) => piece.replaceAll("\0", "%"));
  const whole = parseType(typeOf!);
  const count = pieces.length - 1;
  const rest = whole.con === "->" ? whole.args : [whole];
  if (rest.length <= count) throw new Error(`operands and type differ: ${line}`);
  const after = rest.slice(count);
  return { pieces, operands: rest.slice(0, count), result: functionType(after), impure: flag === "!" || flag === "?", rare: flag === "?", ordered: flag === "~" };
}
