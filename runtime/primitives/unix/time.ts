/** Time (otherlibs/unix/time.c, gmtime.c, sleep_unix.c, times_unix.c, itimer.c, alarm.c). */
import { TAG_DOUBLE_ARRAY } from "../../layout.ts";
import { HostError, type TimerSetting } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type Primitive, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { type BrokenDownTime, brokenDown, instantOf } from "./calendar.ts";
import { effect, unix, unixError } from "./errors.ts";
import { findZone, type Zone } from "./zones.ts";

function allocTime(m: Machine, t: BrokenDownTime): Value {
  const fields = [t.seconds, t.minutes, t.hours, t.monthDay, t.month, t.year, t.weekDay, t.yearDay];
  return m.tuple(0, ...fields.map(Val.int), Val.bool(t.summer));
}

/** A record or array of floats. */
function allocDoubles(m: Machine, numbers: readonly number[]): Value {
  const p = m.core.alloc_small(numbers.length, TAG_DOUBLE_ARRAY) >>> 0;
  m.f64.set(numbers, p >>> 3);
  return p;
}

/** Whole seconds of the float in slot 0; EINVAL for what no time_t can be. */
function seconds(m: Machine, a: number, name: string): bigint {
  const time = Math.trunc(m.double(a, 0));
  return Math.abs(time) < 2 ** 63 ? BigInt(time) : unixError(m, "EINVAL", name);
}

/** The date at an instant in a zone; the state of a zone does not change in the years that a double cannot count. */
function localDate(zone: Zone, time: bigint): BrokenDownTime | undefined {
  const { offset, summer } = zone(Number(time));
  return brokenDown(time, offset, summer);
}

const date =
  (name: string, convert: (m: Machine, time: bigint) => BrokenDownTime | undefined): PrimitiveCode =>
  (m, a) =>
    allocTime(m, convert(m, seconds(m, a, name)) ?? unixError(m, "EINVAL", name));

/** Seconds of a timer, rounded up to microseconds. */
const timerSeconds = (x: number): number => Math.ceil(x * 1e6) / 1e6;

const timer = (
  name: string,
  action: (m: Machine, a: number) => TimerSetting,
): PrimitiveCode => (m, a) => {
  if (m.int(a, 0) !== 0) return unixError(m, "ENOSYS", name); // ITIMER_VIRTUAL and ITIMER_PROF
  const { interval, value } = unix(m, name, undefined, () => action(m, a));
  return allocDoubles(m, [interval, value]);
};

/** Attempts of mktime to get closer. */
const MAX_PROBES = 6;

export function timePrimitives(): Primitive[] {
  let zoneName: string | undefined | null = null;
  let zone: Zone;
  /** What mktime starts from: minus the offset that it has found last, as in glibc. */
  let guessedOffset = 0;

  const currentZone = (m: Machine): Zone => {
    const name = m.host.environment.get("TZ");
    if (name !== zoneName) {
      zone = findZone(m.host.files, name);
      zoneName = name;
    }
    return zone;
  };

  /**
   * The instant at which it is the given UTC-like instant in the zone, found as glibc does: from a guess, each probe goes
   * by how far the date that it leads to is off. Where the clocks are put forward, probes go back and forth between two
   * instants; one where it is summer wins.
   */
  const instantInZone = (zoneNow: Zone, target: number): number | undefined => {
    let t = target + guessedOffset;
    let [t1, t2, summer2] = [t, t, false];
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const { offset, summer } = zoneNow(t);
      const next = target - offset;
      if (next === t || (t === t1 && t !== t2 && (!summer2 || summer))) {
        guessedOffset = t - target;
        return t;
      }
      [t1, t2, t, summer2] = [t2, t, next, summer];
    }
    return undefined;
  };

  const mktime: PrimitiveCode = (m, a) => {
    const tm = m.block(a, 0);
    const [sec, minutes, hours, monthDay, month, year] = [0, 1, 2, 3, 4, 5].map((i) => m.int(tm, i) | 0);
    const zoneNow = currentZone(m);
    // Seconds beyond a minute are added to the instant of the minute.
    const inMinute = Math.min(Math.max(sec!, 0), 59);
    const start = instantInZone(
      zoneNow,
      instantOf({ seconds: inMinute, minutes: minutes!, hours: hours!, monthDay: monthDay!, month: month!, year: year! }),
    );
    const time = start === undefined ? -1 : start + sec! - inMinute;
    const found = time === -1 ? undefined : localDate(zoneNow, BigInt(time));
    if (found === undefined) return unixError(m, "ERANGE", "mktime");
    m.pushRoot(allocTime(m, found));
    const clock = m.allocDouble(time);
    return m.tuple(0, clock, m.popRoot());
  };

  return definePrimitives({
    caml_unix_time: [1, (m) => m.allocDouble(Math.floor(m.host.clock.time()))],
    caml_unix_gettimeofday: [1, (m) => m.allocDouble(Math.floor(m.host.clock.time() * 1e6) / 1e6)],
    caml_unix_gmtime: [1, date("gmtime", (_, time) => brokenDown(time))],
    caml_unix_localtime: [1, date("localtime", (m, time) => localDate(currentZone(m), time))],
    caml_unix_mktime: [1, mktime],
    caml_unix_sleep: [
      1,
      effect("sleep", (m, a) => {
        const duration = m.double(a, 0);
        if (duration < 0) return;
        if (!Number.isFinite(duration)) throw new HostError("EINVAL");
        m.timed(a, duration, (deadline) => m.host.clock.sleepUntil(deadline));
      }),
    ],
    caml_unix_times: [
      1,
      (m) => {
        const { user, system, childrenUser, childrenSystem } = m.host.clock.processorTimes();
        return allocDoubles(m, [user, system, childrenUser, childrenSystem]);
      },
    ],
    caml_unix_alarm: [
      1,
      (m, a) =>
        unix(m, "alarm", undefined, () => {
          const { value } = m.host.signals.setTimer({ interval: 0, value: m.int(a, 0) });
          return Val.int(value === 0 ? 0 : Math.max(1, Math.round(value)));
        }),
    ],
    caml_unix_getitimer: [1, timer("getitimer", (m) => m.host.signals.getTimer())],
    caml_unix_setitimer: [
      2,
      timer("setitimer", (m, a) => {
        const setting = m.block(a, 1) >>> 3;
        return m.host.signals.setTimer({
          interval: timerSeconds(m.f64[setting]!),
          value: timerSeconds(m.f64[setting + 1]!),
        });
      }),
    ],
  });
}
