import { createHash } from "node:crypto";
import type { Timeline } from "./timeline.ts";

/** Events shown of a failed run. */
const SHOWN = 40;

/** What happened, one line an event; two runs are equal when their digests are. */
export class History {
  readonly #timeline: Timeline;
  readonly #digest = createHash("sha256");
  readonly #lines: string[] = [];
  readonly #keepsAll: boolean;
  /** How often things went wrong, by kind. */
  readonly faults = new Map<string, number>();
  /** How often jobs came to a step, by its name. */
  readonly steps = new Map<string, number>();

  constructor(timeline: Timeline, options: { readonly keepsAll: boolean }) {
    this.#timeline = timeline;
    this.#keepsAll = options.keepsAll;
  }

  note(event: string): void {
    const line = `${(this.#timeline.nowMs / 1000).toFixed(3).padStart(8)} ${event}`;
    this.#digest.update(`${line}\n`);
    this.#lines.push(line);
    if (!this.#keepsAll && this.#lines.length > 20 * SHOWN) this.#lines.splice(0, 19 * SHOWN);
  }

  /** Notes that something of a kind went wrong. */
  noteFault(kind: string, event: string): void {
    count(this.faults, kind);
    this.note(`fault ${kind}: ${event}`);
  }

  /** Notes that a job has come to a step. */
  noteStep(step: string, event: string): void {
    count(this.steps, step);
    this.note(`${step}: ${event}`);
  }

  /** The last events, or all of them if all are kept. */
  get tail(): readonly string[] {
    return this.#keepsAll ? this.#lines : this.#lines.slice(-SHOWN);
  }

  /** Ends the history. */
  digest(): string {
    return this.#digest.digest("hex");
  }
}

function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
