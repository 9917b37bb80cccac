/** Constants as text, as OCaml's tools/dumpobj prints them. */
import { MarshalBlock, MarshalBoxedInt, MarshalDouble, type MarshalValue } from "./marshal.ts";
import { decodeName } from "./shapes.ts";

/** Shared parts are printed each time, so text can be much longer than data; more than this is cut off. */
const MAX_LENGTH = 1_000_000;

/** `<tag>(field, …)` for blocks, OCaml syntax for the rest; "…" where the text gets too long. */
export function printConstant(value: MarshalValue): string {
  let text = "";
  // What is still to be printed, last first: values, or text between them.
  const todo: { value?: MarshalValue; text?: string }[] = [{ value }];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    if (text.length > MAX_LENGTH) return `${text}…`;
    if (item.value === undefined) {
      text += item.text;
    } else if (item.value instanceof MarshalBlock) {
      const { tag, fields } = item.value;
      text += `<${tag}>`;
      if (fields.length === 0) continue;
      todo.push({ text: ")" });
      const shown = Math.min(fields.length, MAX_LENGTH);
      if (shown < fields.length) todo.push({ text: ", …" });
      for (let i = shown - 1; i >= 0; i--) todo.push({ value: fields[i]! }, { text: i === 0 ? "(" : ", " });
    } else {
      text += printAtom(item.value);
    }
  }
  return text;
}

function printAtom(value: Exclude<MarshalValue, MarshalBlock>): string {
  if (value instanceof Uint8Array) return printString(value);
  if (value instanceof MarshalDouble) return printFloat(value.value);
  if (value instanceof Float64Array) return `[|${Array.from(value, printFloat).join(", ")}|]`;
  if (value instanceof MarshalBoxedInt) {
    return `${value.value}${{ int32: "l", int64: "L", nativeint: "n" }[value.type]}`;
  }
  return String(value);
}

/** printf "%S": quoted, as OCaml's String.escaped. */
export function printString(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes.subarray(0, MAX_LENGTH)) {
    const known = ESCAPES[byte];
    if (known !== undefined) text += known;
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\${String(byte).padStart(3, "0")}`;
  }
  return text + (bytes.length > MAX_LENGTH ? '…"' : '"');
}

const ESCAPES: Record<number, string> = { 8: "\\b", 9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\" };

/** printf "%.12g". */
export function printFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  const [digits, exponent] = x.toExponential(11).split("e") as [string, string];
  const e = Number(exponent);
  if (e < -4 || e >= 12) {
    const sign = e < 0 ? "-" : "+";
    return `${withoutTrailingZeros(digits)}e${sign}${String(Math.abs(e)).padStart(2, "0")}`;
  }
  return withoutTrailingZeros(x.toFixed(11 - e));
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

/** A name from a file on its way to a terminal: control characters are made visible. */
export function printName(name: string | Uint8Array): string {
  const text = typeof name === "string" ? name : decodeName(name);
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (c) => `\\${String(c.charCodeAt(0)).padStart(3, "0")}`,
  );
}
