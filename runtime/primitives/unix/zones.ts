/**
 * Time zones as glibc finds them: TZ names a file of the zone database or is a rule of POSIX; without TZ the zone is that
 * of /etc/localtime. Where there is no zone database, JavaScript's own is asked.
 */
import type { Files } from "../../host/host.ts";
import { brokenDown, DAY, daysBeforeMonth, daysBeforeYear, isLeapYear, modulo } from "./calendar.ts";
import { readWholeFile } from "./databases.ts";

/** What holds at an instant. */
export interface ZoneState {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly summer: boolean;
}

/** The state of a zone at an instant in seconds since 1970. */
export type Zone = (time: number) => ZoneState;

const DIRECTORY = "/usr/share/zoneinfo/";
const UTC: Zone = () => ({ offset: 0, summer: false });

/** The zone that the variable TZ stands for; undefined: it is not set. */
export function findZone(files: Files, tz: string | undefined): Zone {
  const name = tz === undefined ? "/etc/localtime" : tz.replace(/^:/, "");
  if (name === "") return UTC;
  if (!name.split("/").includes("..")) {
    const bytes = readWholeFile(files, name.startsWith("/") ? name : DIRECTORY + name);
    const zone = bytes && parseZoneFile(bytes);
    if (zone) return zone;
  }
  return parseRule(name) ?? javaScriptZone(tz === undefined ? undefined : name) ?? UTC;
}

// ---- The zone database's files: RFC 8536 ---------------------------------------------------------------------------------

const HEADER_SIZE = 44;

function parseZoneFile(bytes: Uint8Array): Zone | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_SIZE || view.getUint32(0) !== 0x545a6966) return undefined; // "TZif"
  try {
    if (view.getUint8(4) < 0x32) return readBlock(view, 0, 4).zone;
    const first = readBlock(view, 0, 4);
    const { zone, end } = readBlock(view, first.end, 8);
    const footer = new TextDecoder().decode(bytes.subarray(end)).split("\n")[1] ?? "";
    const rule = parseRule(footer);
    return rule ? (time) => zone(time, rule) : zone;
  } catch (e) {
    if (e instanceof RangeError) return undefined; // it is cut off
    throw e;
  }
}

/** The block of data at `start`, whose times have `size` bytes: its zone, and where it ends. */
function readBlock(view: DataView, start: number, size: 4 | 8): { zone: (time: number, after?: Zone) => ZoneState; end: number } {
  const [utc, standard, leaps, times, types, names] = [20, 24, 28, 32, 36, 40].map((at) => view.getUint32(start + at));
  const timesAt = start + HEADER_SIZE;
  const indicesAt = timesAt + times! * size;
  const typesAt = indicesAt + times!;
  const end = typesAt + types! * 6 + names! + leaps! * (size + 4) + standard! + utc!;
  const states = Array.from({ length: types! }, (_, i) => ({
    offset: view.getInt32(typesAt + 6 * i),
    summer: view.getUint8(typesAt + 6 * i + 4) !== 0,
  }));
  const transitions = Array.from({ length: times! }, (_, i) => ({
    from: size === 4 ? view.getInt32(timesAt + 4 * i) : Number(view.getBigInt64(timesAt + 8 * i)),
    state: states[view.getUint8(indicesAt + i)]!,
  }));
  const before = states.find((s) => !s.summer) ?? states[0] ?? { offset: 0, summer: false };
  const zone = (time: number, after?: Zone): ZoneState => {
    const last = transitions.at(-1);
    if (after && (!last || time >= last.from)) return after(time);
    return transitions.findLast((t) => t.from <= time)?.state ?? before;
  };
  return { zone, end };
}

// ---- Rules of POSIX: "CET-1CEST,M3.5.0,M10.5.0/3" ------------------------------------------------------------------------

const NAME = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const CLOCK = "[+-]?\\d{1,3}(?::\\d{1,2}(?::\\d{1,2})?)?";
const DATE = `(J?\\d{1,3}|M\\d{1,2}\\.\\d\\.\\d)(?:/(${CLOCK}))?`;
const RULE = new RegExp(`^${NAME}(${CLOCK})(?:(${NAME})(${CLOCK})?(?:,${DATE},${DATE})?)?$`);

/** Seconds that a text such as -3:30 stands for. */
function clockSeconds(text: string): number {
  const [hours, minutes, seconds] = text.replace(/^[+-]/, "").split(":").map(Number);
  const total = hours! * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return text.startsWith("-") ? -total : total;
}

/** Days from the start of a year to the day that a rule names: Jn, n or Mm.w.d. */
function ruleDay(rule: string, year: number): number {
  if (rule.startsWith("J")) {
    const n = Number(rule.slice(1));
    return n - 1 + (n >= 60 && isLeapYear(year) ? 1 : 0);
  }
  if (!rule.startsWith("M")) return Number(rule);
  const [month, week, weekDay] = rule.slice(1).split(".").map(Number);
  const first = daysBeforeMonth(year, month! - 1);
  const end = month === 12 ? (isLeapYear(year) ? 366 : 365) : daysBeforeMonth(year, month!);
  let day = first + modulo(weekDay! - (daysBeforeYear(year) + first + 4), 7) + 7 * (week! - 1);
  while (day >= end) day -= 7;
  return day;
}

function parseRule(text: string): Zone | undefined {
  const match = RULE.exec(text);
  if (!match) return undefined;
  const [, offsetText, summerName, summerText, startDay, startClock, endDay, endClock] = match;
  const offset = -clockSeconds(offsetText!);
  if (summerName === undefined) return () => ({ offset, summer: false });
  const summerOffset = summerText === undefined ? offset + 3600 : -clockSeconds(summerText);
  const change = (day: string, clock: string | undefined, year: number, before: number): number =>
    (daysBeforeYear(year) + ruleDay(day, year)) * DAY + clockSeconds(clock ?? "2") - before;
  return (time) => {
    const year = brokenDown(BigInt(Math.trunc(time)))!.year + 1900;
    // Without days, the rule is that of the United States.
    const start = change(startDay ?? "M3.2.0", startClock, year, offset);
    const end = change(endDay ?? "M11.1.0", endClock, year, summerOffset);
    const summer = start <= end ? time >= start && time < end : time >= start || time < end;
    return { offset: summer ? summerOffset : offset, summer };
  };
}

// ---- JavaScript's zones ---------------------------------------------------------------------------------------------------

/** A zone by name, the system's when it is undefined. */
function javaScriptZone(name: string | undefined): Zone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { ...(name !== undefined && { timeZone: name }), timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
  const offsetAt = (time: number): number => {
    const part = format.formatToParts(time * 1000).find((p) => p.type === "timeZoneName")!.value;
    return part === "GMT" ? 0 : clockSeconds(part.slice(3));
  };
  return (time) => {
    const offset = offsetAt(time);
    const year = new Date(time * 1000).getUTCFullYear();
    const [january, july] = [0, 6].map((month) => offsetAt(Date.UTC(year, month, 1) / 1000));
    return { offset, summer: offset > Math.min(january!, july!) };
  };
}
