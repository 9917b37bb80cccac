/** Unix_error, and the strings that primitives exchange with the system (otherlibs/unix/unixsupport_unix.c). */
import { WORD } from "../../layout.ts";
import { HostError, HostWait, type SystemString } from "../../host/host.ts";
import { decodeText, encodeText } from "../../host/text.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { errorName, errorNumber, numberedErrorMessage } from "../errors.ts";

/** Constructors of Unix.error without arguments, in their order. */
const CONSTRUCTORS = (
  "E2BIG EACCES EAGAIN EBADF EBUSY ECHILD EDEADLK EDOM EEXIST EFAULT EFBIG EINTR EINVAL EIO EISDIR EMFILE EMLINK " +
  "ENAMETOOLONG ENFILE ENODEV ENOENT ENOEXEC ENOLCK ENOMEM ENOSPC ENOSYS ENOTDIR ENOTEMPTY ENOTTY ENXIO EPERM EPIPE " +
  "ERANGE EROFS ESPIPE ESRCH EXDEV EWOULDBLOCK EINPROGRESS EALREADY ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE " +
  "ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN " +
  "ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT " +
  "ECONNREFUSED EHOSTDOWN EHOSTUNREACH ELOOP EOVERFLOW"
).split(" ");

/** The value of type Unix.error for an errno name. */
export function errorValue(m: Machine, code: string): Value {
  const constructor = CONSTRUCTORS.indexOf(errorName(code));
  return constructor >= 0 ? Val.int(constructor) : m.tuple(0, Val.int(errorNumber(code)));
}

/** Raise Unix_error (code, name, the OCaml string in the word at `argument`, or ""). */
export function unixError(m: Machine, code: string, name: string, argument?: number): never {
  const exception = m.namedValue("Unix.Unix_error");
  if (exception === undefined) m.invalidArg("Exception Unix.Unix_error not initialized, please link unix.cma");
  m.pushRoot(errorValue(m, code));
  m.pushRoot(m.allocString(name));
  const subject = argument === undefined ? m.allocString("") : m.word(argument);
  const nameValue = m.popRoot();
  const error = m.popRoot();
  m.raise(m.tuple(0, m.namedValue("Unix.Unix_error")!, error, nameValue, subject));
}

/** Functions that signals do not make fail. */
const UNINTERRUPTED: readonly string[] = ["sleep", "sigsuspend"];

/** Do something on the host; a HostError becomes Unix_error (…, name, the string in the word at `argument`). */
export function unix<T>(m: Machine, name: string, argument: number | undefined, action: () => T): T {
  try {
    return action();
  } catch (e) {
    if (e instanceof HostWait && !UNINTERRUPTED.includes(name)) e.interrupted = () => unixError(m, "EINTR", name);
    if (!(e instanceof HostError)) throw e;
    return unixError(m, e.code, name, argument);
  }
}

/** A primitive of result unit that does something on the host; its errors have no argument. */
export const effect =
  (name: string, action: (m: Machine, a: number) => void): PrimitiveCode =>
  (m, a) => {
    unix(m, name, undefined, () => action(m, a));
    return Val.unit;
  };

/** A primitive that is about the path in its slot i, which is what its errors are about, too. */
export const onPath =
  (name: string, action: (m: Machine, path: SystemString, a: number) => Value | void, i = 0): PrimitiveCode =>
  (m, a) =>
    unix(m, name, a + i * WORD, () => action(m, pathArgument(m, a, i, name), a) ?? Val.unit);

/** A primitive that Node gives no means for. */
export const notImplemented =
  (name: string): PrimitiveCode =>
  (m) =>
    unixError(m, "ENOSYS", name);

/** Slot i, an OCaml string, as a string of the system. */
export function textArgument(m: Machine, a: number, i: number): SystemString {
  return decodeText(m.bytes(m.block(a, i)));
}

/** Slot i, a path. Raises Unix_error (ENOENT, name, it) when it contains a null character. */
export function pathArgument(m: Machine, a: number, i: number, name: string): SystemString {
  const path = textArgument(m, a, i);
  if (path.includes("\0")) unixError(m, "ENOENT", name, a + i * WORD);
  return path;
}

/** Slot i, an array of strings; EINVAL, about the string, for those with null characters. */
export function stringsArgument(m: Machine, a: number, i: number, name: string): SystemString[] {
  const array = m.block(a, i);
  return Array.from({ length: m.wosize(array) }, (_, j) => {
    const text = textArgument(m, array, j);
    if (text.includes("\0")) unixError(m, "EINVAL", name, array + j * WORD);
    return text;
  });
}

/** An OCaml string. */
export function allocText(m: Machine, text: SystemString): Value {
  return m.allocString(encodeText(text));
}

/** An OCaml array of strings. */
export function allocTexts(m: Machine, texts: readonly SystemString[]): number {
  return m.array(texts.length, (i) => allocText(m, texts[i]!));
}

/** Slot i, a list of constant constructors or other integers. */
export function intList(m: Machine, a: number, i: number): number[] {
  const found: number[] = [];
  for (let list = m.field(a, i); list !== Val.emptyList; list = m.field(list as number, 1)) {
    found.push(m.int(list as number, 0));
  }
  return found;
}

/** Slot i, an optional boolean. */
export function optionalBool(m: Machine, a: number, i: number): boolean | undefined {
  return m.isInt(a, i) ? undefined : m.bool(m.block(a, i), 0);
}

/** strerror of the Unix.error in slot 0. */
function messageOf(m: Machine, a: number): string {
  const number = m.isInt(a, 0) ? errorNumber(CONSTRUCTORS[m.int(a, 0)]!) : m.int(m.block(a, 0), 0);
  return numberedErrorMessage(number);
}

export const errorPrimitives = definePrimitives({
  caml_unix_error_message: [1, (m, a) => m.allocString(messageOf(m, a))],
});
