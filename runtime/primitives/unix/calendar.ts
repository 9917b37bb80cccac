/** Dates as C's struct tm has them, in the proleptic Gregorian calendar without leap seconds. */

/** Fields as in Unix.tm: months from 0, years since 1900. */
export interface BrokenDownTime {
  readonly seconds: number;
  readonly minutes: number;
  readonly hours: number;
  readonly monthDay: number;
  readonly month: number;
  readonly year: number;
  readonly weekDay: number;
  readonly yearDay: number;
  readonly summer: boolean;
}

export const DAY = 86400;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const MAX_INT = 0x7fffffff;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Day of the year, from 0, of the first day of a month. */
export function daysBeforeMonth(year: number, month: number): number {
  return DAYS_BEFORE_MONTH[month]! + (month > 1 && isLeapYear(year) ? 1 : 0);
}

/** Days from 1 January 1970 to 1 January of a year. */
export function daysBeforeYear(year: number): number {
  const y = year - 1;
  return 365 * (year - 1970) + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) - 477;
}

/** Remainder of the same sign as the divisor. */
export const modulo = (a: number, b: number): number => a - b * Math.floor(a / b);

/**
 * The UTC date of an instant in seconds since 1970, which may be beyond 2^53; undefined: its year is not a C int.
 * `offset`: seconds to add first.
 */
export function brokenDown(time: bigint, offset = 0, summer = false): BrokenDownTime | undefined {
  const local = time + BigInt(offset);
  const day = BigInt(DAY);
  const inDay = Number(((local % day) + day) % day);
  const days = Number((local - BigInt(inDay)) / day);
  let year = Math.floor(days / 365.2425) + 1970;
  while (daysBeforeYear(year) > days) year--;
  while (daysBeforeYear(year + 1) <= days) year++;
  if (year - 1900 > MAX_INT || year - 1900 < -MAX_INT - 1) return undefined;
  const yearDay = days - daysBeforeYear(year);
  let month = 11;
  while (daysBeforeMonth(year, month) > yearDay) month--;
  return {
    seconds: inDay % 60,
    minutes: Math.floor(inDay / 60) % 60,
    hours: Math.floor(inDay / 3600),
    monthDay: yearDay - daysBeforeMonth(year, month) + 1,
    month,
    year: year - 1900,
    weekDay: modulo(days + 4, 7),
    yearDay,
    summer,
  };
}

/** Seconds since 1970 of a UTC date whose fields may be out of their ranges; weekDay and yearDay do not count. */
export function instantOf(t: Pick<BrokenDownTime, "seconds" | "minutes" | "hours" | "monthDay" | "month" | "year">): number {
  const year = t.year + 1900 + Math.floor(t.month / 12);
  const days = daysBeforeYear(year) + daysBeforeMonth(year, modulo(t.month, 12)) + t.monthDay - 1;
  return days * DAY + t.hours * 3600 + t.minutes * 60 + t.seconds;
}
