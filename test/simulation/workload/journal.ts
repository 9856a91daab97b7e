import type { Write } from "./operation.ts";

/** All writes of a run, by number and by document. */
export class WriteJournal {
  readonly writes: Write[] = [];
  readonly #byId = new Map<string, Write[]>();

  /** Enters a write that is about to be called. */
  begin(call: Pick<Write, "process" | "kind" | "ids" | "calledAtMs">): Write {
    const write: Write = {
      ...{ ...call, number: this.writes.length, value: `v${this.writes.length}` },
      ...{ outcome: "open", endedAtMs: undefined, taskUid: undefined, settledAtMs: undefined, failedAtMs: undefined },
      ...{ acknowledgedBy: [], ownersById: new Map(), orphanedAtMs: undefined },
    };
    this.writes.push(write);
    for (const id of call.ids) {
      const known = this.#byId.get(id);
      if (known === undefined) this.#byId.set(id, [write]);
      else known.push(write);
    }
    return write;
  }

  of(id: string): readonly Write[] {
    return this.#byId.get(id) ?? [];
  }

  /** Notes the death of a process: nobody follows what it left open, nor what failed and may have left traces. */
  orphan(process: string, atMs: number): void {
    for (const write of this.writes) {
      const isOver = write.settledAtMs !== undefined || write.failedAtMs !== undefined;
      if (write.process !== process || isOver) continue;
      write.orphanedAtMs = atMs;
      if (write.outcome === "open") Object.assign(write, { outcome: "unknown", endedAtMs: atMs });
    }
  }
}
