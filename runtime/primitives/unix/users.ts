/**
 * Users and groups (otherlibs/unix/getpw.c, getgr.c, getlogin.c, initgroups.c), as /etc/passwd and /etc/group have them;
 * other sources of names are not asked.
 */
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { readTextFile } from "./databases.ts";
import { allocText, allocTexts, textArgument, unix, unixError } from "./errors.ts";

const PASSWD = { path: "/etc/passwd", fields: 7 };
const GROUP = { path: "/etc/group", fields: 4 };
/** Index of the number in both. */
const NUMBER = 2;
/** What /proc/self/loginuid says when nobody has logged in. */
const NOBODY = 0xffffffff;

/** The entries of a file of fields separated by colons. */
function entries(m: Machine, { path, fields }: typeof PASSWD): string[][] {
  const lines = readTextFile(m.host.files, path).split("\n");
  return lines.map((line) => line.split(":")).filter((entry) => entry.length >= fields && /^\d+$/.test(entry[NUMBER]!));
}

function allocUser(m: Machine, [name, password, user, group, ...rest]: string[]): Value {
  for (const text of [name!, password!, ...rest.slice(0, 3)]) m.pushRoot(allocText(m, text));
  const [shell, directory, gecos, passwordValue, nameValue] = Array.from({ length: 5 }, () => m.popRoot());
  const numbers = [Val.int(Number(user)), Val.int(Number(group))];
  return m.tuple(0, nameValue!, passwordValue!, ...numbers, gecos!, directory!, shell!);
}

function allocGroup(m: Machine, [name, password, number, members]: string[]): Value {
  for (const text of [name!, password!]) m.pushRoot(allocText(m, text));
  const list = allocTexts(m, members === "" ? [] : members!.split(","));
  const passwordValue = m.popRoot();
  return m.tuple(0, m.popRoot(), passwordValue, Val.int(Number(number)), list);
}

/** Look an entry up by the name or the number in slot 0; Not_found. */
const find =
  (file: typeof PASSWD, alloc: (m: Machine, entry: string[]) => Value, by: "name" | "number"): PrimitiveCode =>
  (m, a) => {
    const wanted = by === "name" ? textArgument(m, a, 0) : String(m.int(a, 0));
    const entry = entries(m, file).find((e) => e[by === "name" ? 0 : NUMBER] === wanted);
    return entry ? alloc(m, entry) : m.notFound();
  };

/** Name of the user who has logged in. */
function loginName(m: Machine): Value {
  const user = readTextFile(m.host.files, "/proc/self/loginuid").trim();
  const entry = user === "" || Number(user) === NOBODY ? undefined : entries(m, PASSWD).find((e) => e[NUMBER] === user);
  return entry ? allocText(m, entry[0]!) : unixError(m, "ENOENT", "getlogin");
}

export const userPrimitives = definePrimitives({
  caml_unix_getlogin: [1, loginName],
  caml_unix_getpwnam: [1, find(PASSWD, allocUser, "name")],
  caml_unix_getpwuid: [1, find(PASSWD, allocUser, "number")],
  caml_unix_getgrnam: [1, find(GROUP, allocGroup, "name")],
  caml_unix_getgrgid: [1, find(GROUP, allocGroup, "number")],
  caml_unix_initgroups: [
    2,
    (m, a) => {
      const [user, group] = [textArgument(m, a, 0), m.int(a, 1)];
      if (user.includes("\0")) unixError(m, "EINVAL", "initgroups", a);
      const others = entries(m, GROUP).filter((e) => e[3]!.split(",").includes(user));
      const groups = [...new Set([group, ...others.map((e) => Number(e[NUMBER]))])];
      unix(m, "initgroups", undefined, () => m.host.processes.setIdentity({ groups }));
      return Val.unit;
    },
  ],
});
