import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
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
 * it acknowledged. A line that was cut off by the kill is ignored.
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
    const lines = readFileSync(this.#file, "utf8").split("\n");
    lines.pop();
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Forgets everything. */
  clear(): void {
    rmSync(this.#file, { force: true });
  }
}
