import { badAnswer } from "./answer-shape.ts";

const NANOS_PER_SECOND = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400n;

/** Nanoseconds since 1970 of an RFC 3339 date; the server writes up to nine decimals, more than `Date` keeps. */
function nanosOf(date: string): bigint {
  const match = /^([^.]+?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(date);
  const ms = Date.parse(match === null ? date : `${match[1]}${match[3]}`);
  if (match === null || Number.isNaN(ms)) throw badAnswer(`\`${date}\` is not a date`);
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}

/** The earliest of RFC 3339 dates, undefined for none. */
export function earliest(dates: readonly string[]): string | undefined {
  return [...dates].sort(compareDates)[0];
}

/** The latest of RFC 3339 dates, undefined for none. */
export function latest(dates: readonly string[]): string | undefined {
  return [...dates].sort(compareDates).at(-1);
}

function compareDates(left: string, right: string): number {
  return Number(nanosOf(left) - nanosOf(right));
}

/** The time between two dates as the server writes durations (`PT0.012345S`, `P1DT2S`); null when the end lies before. */
export function durationBetween(start: string, end: string): string | null {
  const total = nanosOf(end) - nanosOf(start);
  if (total < 0n) return null;
  const nanos = total % NANOS_PER_SECOND;
  const days = total / NANOS_PER_SECOND / SECONDS_PER_DAY;
  const seconds = (total / NANOS_PER_SECOND) % SECONDS_PER_DAY;
  const date = days > 0n ? `${days}D` : "";
  const hasTime = days === 0n || seconds > 0n || nanos > 0n;
  return `P${date}${hasTime ? `T${seconds}${decimals(nanos)}S` : ""}`;
}

/** Milliseconds, microseconds or nanoseconds: the shortest that loses nothing. */
function decimals(nanos: bigint): string {
  if (nanos === 0n) return "";
  const digits = String(nanos).padStart(9, "0");
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}
