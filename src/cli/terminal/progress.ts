import type { Clock } from "../../util/clock.ts";

/** A line on a terminal that says how far something is; a stream that is no terminal gets nothing. */
export interface ProgressLine {
  /** Shows an amount of work with its rate and the time that is left. */
  show(label: string, work: { readonly done: number; readonly total: number; readonly noun: string }): void;
  /** Shows a text. */
  say(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** What a progress line is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shortest time between two lines, in milliseconds. */
const PAUSE_MS = 200;

/** Goes to the beginning of the line and wipes it. */
const WIPE = "\r\u001b[K";

/** Makes the line of a command; work is measured from its first appearance under a label. */
export function progressLine(stream: ProgressStream, clock: Pick<Clock, "monotonic">): ProgressLine {
  const begun = new Map<string, { readonly at: number; readonly done: number }>();
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = (text: () => string) => {
    if (stream.isTTY !== true || clock.monotonic() - shownAt < PAUSE_MS) return;
    shownAt = clock.monotonic();
    stream.write(`${WIPE}${text()}`);
  };
  return {
    show(label, { done, total, noun }) {
      const begin = begun.get(label) ?? { at: clock.monotonic(), done };
      begun.set(label, begin);
      const perSecond = ((done - begin.done) / Math.max(1, clock.monotonic() - begin.at)) * 1000;
      write(
        () =>
          `${label}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${noun}${paceOf(perSecond, total - done)}`,
      );
    },
    say: (text) => write(() => text),
    end: () => {
      if (stream.isTTY === true && shownAt > Number.NEGATIVE_INFINITY) stream.write(WIPE);
    },
  };
}

function paceOf(perSecond: number, left: number): string {
  if (perSecond <= 0) return "";
  const seconds = Math.ceil(left / perSecond);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `, ${Math.round(perSecond).toLocaleString("en")} a second, ${time} left`;
}
