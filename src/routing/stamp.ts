import { decodeDigits, encodeDigits } from "./reserved.ts";

/** Stamps that one millisecond has room for: 15 bits, as the counter's last bit says whether it is derived. */
const STAMPS_PER_MS = 2 ** 15;

/** Where a clock's time and writer number come from. */
export interface HybridClockOptions {
  /** Milliseconds since 1970 by the store's clock. */
  now(): number;
  /** The leased writer number, 0 to 65,535. */
  readonly writer: number;
}

/** What a stamp says. */
export interface StampParts {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Position within the millisecond. */
  readonly sequence: number;
  /** Whether the document's content does not follow from the stamp (a partial update or an edit). */
  readonly derived: boolean;
  readonly writer: number;
}

/** Stamps of one edit: `head`, the three digits of a document's finest slot, `tail`. They are *derived*. */
export interface SpreadStamp {
  readonly head: string;
  readonly tail: string;
  /** Not below any of them. */
  readonly last: string;
}

/**
 * A hybrid logical clock (Kulkarni et al. 2014): every stamp is above all that this clock gave or saw before, and close
 * to the time. Twenty hexadecimal digits: 48 bits of milliseconds, 16 of counter, whose last bit means *derived*, and
 * 16 of writer; written as brackets, so that their order as text is their order in time.
 */
export class HybridClock {
  readonly #now: () => number;
  readonly #writer: number;
  #timeMs = 0;
  #sequence = -1;

  constructor(options: HybridClockOptions) {
    if (!Number.isInteger(options.writer) || options.writer < 0 || options.writer > 0xffff) {
      throw new RangeError(`A writer number is from 0 to 65535, not ${options.writer}`);
    }
    this.#now = () => options.now();
    this.#writer = options.writer;
  }

  /** The next stamp, as it is stored. */
  next(derived: boolean): string {
    const timeMs = Math.floor(this.#now());
    if (timeMs > this.#timeMs) this.#set(timeMs, 0);
    else if (this.#sequence + 1 < STAMPS_PER_MS) this.#sequence++;
    else this.#set(this.#timeMs + 1, 0);
    return encodeStamp({ timeMs: this.#timeMs, sequence: this.#sequence, derived, writer: this.#writer });
  }

  /**
   * A whole millisecond's stamps, for documents that are stamped where they lie: one for each of the 4,096 finest slots, so
   * that few documents share one.
   */
  nextSpread(): SpreadStamp {
    const timeMs = Math.max(Math.floor(this.#now()), this.#timeMs + 1);
    this.#set(timeMs, STAMPS_PER_MS - 1);
    return {
      head: encodeDigits(digits(timeMs, 12)),
      tail: encodeDigits(`1${digits(this.#writer, 4)}`),
      last: encodeStamp({ timeMs, sequence: STAMPS_PER_MS - 1, derived: true, writer: this.#writer }),
    };
  }

  /** Learns of a stamp given elsewhere: every later one from here is above it. */
  observe(stamp: string): void {
    const { timeMs, sequence } = decodeStamp(stamp);
    if (timeMs > this.#timeMs) this.#set(timeMs, sequence);
    else if (timeMs === this.#timeMs) this.#sequence = Math.max(this.#sequence, sequence);
  }

  #set(timeMs: number, sequence: number): void {
    this.#timeMs = timeMs;
    this.#sequence = sequence;
  }
}

/** Writes a stamp as it is stored. */
export function encodeStamp({ timeMs, sequence, derived, writer }: StampParts): string {
  const counter = sequence * 2 + (derived ? 1 : 0);
  return encodeDigits(digits(timeMs, 12) + digits(counter, 4) + digits(writer, 4));
}

/** Reads a stored stamp; throws `RangeError` when it is none. */
export function decodeStamp(stamp: string): StampParts {
  const hex = decodeDigits(stamp);
  if (hex.length !== 20) throw new RangeError(`A stamp has 20 digits, not ${hex.length}`);
  const counter = Number.parseInt(hex.slice(12, 16), 16);
  return {
    timeMs: Number.parseInt(hex.slice(0, 12), 16),
    sequence: counter >> 1,
    derived: (counter & 1) === 1,
    writer: Number.parseInt(hex.slice(16), 16),
  };
}

function digits(value: number, length: number): string {
  return value.toString(16).padStart(length, "0");
}
