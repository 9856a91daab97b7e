import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import type { EmbeddedRequest } from "./http/message.ts";

/** Something that happened on a node and changed its data. */
export type JournalEntry =
  | { readonly kind: "start"; readonly at: number; readonly seed: string }
  | {
      readonly kind: "request";
      readonly at: number;
      readonly request: Omit<EmbeddedRequest, "body"> & { readonly body: string };
    }
  | { readonly kind: "task"; readonly at: number; readonly uid: number; readonly startedAt: number };

/**
 * A file with one line per change, written before the change is answered, so that a killed process comes back with all
 * it acknowledged. A line that was cut off by the kill is taken away, or the next one would be written behind it.
 */
export class Journal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  append(entry: JournalEntry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  read(): JournalEntry[] {
    if (!existsSync(this.#file)) return [];
    const bytes = readFileSync(this.#file);
    const end = bytes.lastIndexOf("\n") + 1;
    if (end < bytes.byteLength) truncateSync(this.#file, end);
    const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Forgets everything. */
  clear(): void {
    rmSync(this.#file, { force: true });
  }
}
