/** What stat tells, as the host says it. */
import type fs from "node:fs";
import type { FileStatus } from "./host.ts";
import { kindOf } from "./node-descriptors.ts";

const BILLION = 1_000_000_000n;
/** Option of stat. */
export const BIG = { bigint: true } as const;

/** Nanoseconds as seconds, such that their integer part is right. */
function seconds(nanoseconds: bigint): number {
  const fraction = ((nanoseconds % BILLION) + BILLION) % BILLION;
  const whole = Number((nanoseconds - fraction) / BILLION);
  const sum = whole + Number(fraction) / 1e9;
  return sum < whole + 1 ? sum : sum - Math.abs(sum) * (Number.EPSILON / 2);
}

export function statusOf(s: fs.BigIntStats): FileStatus {
  return {
    kind: kindOf(s),
    size: Number(s.size),
    device: Number(s.dev),
    inode: Number(s.ino),
    permissions: Number(s.mode) & 0o7777,
    links: Number(s.nlink),
    user: Number(s.uid),
    group: Number(s.gid),
    specialDevice: Number(s.rdev),
    accessed: seconds(s.atimeNs),
    modified: seconds(s.mtimeNs),
    changed: seconds(s.ctimeNs),
  };
}

/** Of what is no file of the system. */
export const NO_STATUS: FileStatus = {
  kind: "fifo",
  size: 0,
  device: 0,
  inode: 0,
  permissions: 0o777,
  links: 1,
  user: 0,
  group: 0,
  specialDevice: 0,
  accessed: 0,
  modified: 0,
  changed: 0,
};
