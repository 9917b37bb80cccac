/** What files are, besides their contents (otherlibs/unix/stat_unix.c, chmod.c, chown.c, access.c, utimes_unix.c, truncate_unix.c). */
import type { FileKind, FileReference, FileStatus } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { effect, intList, onPath, unix } from "./errors.ts";
import { int64Argument } from "./files.ts";

/** Constructors of file_kind. */
const KINDS: readonly FileKind[] = ["file", "directory", "character", "block", "link", "fifo", "socket"];

/** A value of type Unix.stats, or Unix.LargeFile.stats. */
function allocStatus(m: Machine, s: FileStatus, large: boolean): Value {
  const fields = [s.device, s.inode, KINDS.indexOf(s.kind), s.permissions, s.links, s.user, s.group, s.specialDevice];
  m.pushRoot(large ? m.allocInt64(BigInt(s.size)) : Val.int(s.size));
  for (const time of [s.accessed, s.modified, s.changed]) m.pushRoot(m.allocDouble(time));
  const times = [m.popRoot(), m.popRoot(), m.popRoot()].reverse();
  return m.tuple(0, ...fields.map(Val.int), m.popRoot(), ...times);
}

const ofPath = (name: string, link: boolean, large: boolean): PrimitiveCode =>
  onPath(name, (m, path) => allocStatus(m, link ? m.host.files.linkStatus(path) : m.host.files.status(path), large));

const ofDescriptor =
  (large: boolean): PrimitiveCode =>
  (m, a) =>
    allocStatus(m, unix(m, "fstat", undefined, () => m.host.files.status(m.int(a, 0))), large);

/** A primitive that changes a path, or a descriptor. */
const onFile = (name: string, change: (m: Machine, file: FileReference, a: number) => void): PrimitiveCode =>
  name.startsWith("f") ? effect(name, (m, a) => change(m, m.int(a, 0), a)) : onPath(name, change);

const truncate = (name: string): PrimitiveCode =>
  onFile(name, (m, file, a) => m.host.files.truncate(file, m.int(a, 1)));
const truncate64 = (name: string): PrimitiveCode =>
  onFile(name, (m, file, a) => m.host.files.truncate(file, int64Argument(m, a, 1)));
const chmod = (name: string): PrimitiveCode =>
  onFile(name, (m, file, a) => m.host.files.changeMode(file, m.int(a, 1)));
const chown = (name: string): PrimitiveCode =>
  onFile(name, (m, file, a) => m.host.files.changeOwner(file, m.int(a, 1), m.int(a, 2)));

/** Seconds, cut to microseconds. */
function microseconds(time: number): number {
  const seconds = Math.trunc(time);
  return seconds + Math.trunc((time - seconds) * 1e6) / 1e6;
}

export const statusPrimitives = definePrimitives({
  caml_unix_stat: [1, ofPath("stat", false, false)],
  caml_unix_lstat: [1, ofPath("lstat", true, false)],
  caml_unix_fstat: [1, ofDescriptor(false)],
  caml_unix_stat_64: [1, ofPath("stat", false, true)],
  caml_unix_lstat_64: [1, ofPath("lstat", true, true)],
  caml_unix_fstat_64: [1, ofDescriptor(true)],
  caml_unix_truncate: [2, truncate("truncate")],
  caml_unix_ftruncate: [2, truncate("ftruncate")],
  caml_unix_truncate_64: [2, truncate64("truncate")],
  caml_unix_ftruncate_64: [2, truncate64("ftruncate")],
  caml_unix_chmod: [2, chmod("chmod")],
  caml_unix_fchmod: [2, chmod("fchmod")],
  caml_unix_chown: [3, chown("chown")],
  caml_unix_fchown: [3, chown("fchown")],
  caml_unix_umask: [1, (m, a) => Val.int(m.host.files.setMask(m.int(a, 0) & 0o777))],
  caml_unix_access: [
    2,
    onPath("access", (m, path, a) => {
      const [read, write, execute] = [0, 1, 2].map((permission) => intList(m, a, 1).includes(permission));
      m.host.files.access(path, { read: read!, write: write!, execute: execute! });
    }),
  ],
  caml_unix_utimes: [
    3,
    onPath("utimes", (m, path, a) => {
      const [accessed, modified] = [m.double(a, 1), m.double(a, 2)];
      if (accessed === 0 && modified === 0) {
        const now = m.host.clock.time();
        m.host.files.setTimes(path, now, now);
      } else {
        m.host.files.setTimes(path, microseconds(accessed), microseconds(modified));
      }
    }),
  ],
});
