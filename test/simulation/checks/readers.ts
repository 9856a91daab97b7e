import type { Film } from "../workload/corpus.ts";
import type { WriteJournal } from "../workload/journal.ts";
import { describeWrite, FIELDS, type Field, type Write } from "../workload/operation.ts";
import type { Readers, Reading } from "../workload/user.ts";
import { doneByAllAtMs, isAwareOf, isBinding, isExplained, isHeldByAll, isUncertain, type Promises } from "./order.ts";

/** Judges every answer while it is given: complete, nothing twice, nothing older than the reader may see. */
export class ReadChecker implements Readers {
  readonly violations: string[] = [];
  readonly #journal: WriteJournal;
  readonly #promises: Promises;

  constructor(journal: WriteJournal, promises: Promises) {
    this.#journal = journal;
    this.#promises = promises;
  }

  read(reading: Reading): void {
    const filmsById = new Map<string, Film>();
    for (const film of reading.films) {
      if (filmsById.has(film.id)) this.#report(reading, `shows ${film.id} twice`);
      filmsById.set(film.id, film);
      if (film.text === undefined && film.note === undefined) this.#report(reading, `shows a hollow ${film.id}`);
      this.#judgeWhole(reading, film);
    }
    if (reading.isDegraded || isUncertain(reading.calledAtMs, this.#promises)) return;
    for (const id of reading.ids) this.#judge(reading, id, filmsById.get(id));
  }

  acknowledgedByNone(write: Write, id: string): void {
    this.violations.push(`${describeWrite(write)} for ${id} was not acknowledged by any node that holds it`);
  }

  #judge(reading: Reading, id: string, film: Film | undefined): void {
    const writes = this.#journal.of(id);
    const promises = this.#promises;
    const binding = writes.filter((write) => {
      const isSeen = this.#mustSee(reading, write, id) && isAwareOf(reading.process, write, { id, promises });
      return isSeen && isBinding(write, id, promises);
    });
    for (const field of FIELDS) {
      const value = film?.[field] ?? null;
      if (isExplained({ id, field, value }, writes, { binding, promises: this.#promises })) continue;
      this.#report(reading, explain({ id, field, value }, writes));
    }
  }

  /** However old an answer is: what a partial update left is never without what its process wrote before. */
  #judgeWhole(reading: Reading, { id, text, note }: Film): void {
    const writes = this.#journal.of(id);
    const update = writes.find(({ kind, value }) => kind === "update" && value === note);
    if (update === undefined) return;
    const binding = writes.filter((write) => {
      return write.process === update.process && write.number < update.number && isHeldByAll(write, id, this.#promises);
    });
    const found = { id, field: "text", value: text ?? null } as const;
    if (isExplained(found, writes, { binding, promises: this.#promises })) return;
    this.#report(reading, `as a fragment ${explain(found, writes)}`);
  }

  /**
   * Its own process sees a write as soon as it was told that its task succeeded; so do others when every replica has taken
   * and done it, and else a while later: a replica that owes it may be given an older copy before that of the write. An
   * answer that says how old its view of the owners is goes by the time of that.
   */
  #mustSee({ process, knownAtMs }: Reading, write: Write, id: string): boolean {
    const { endedAtMs, settledAtMs } = write;
    const isToldOf = (delayMs: number) => settledAtMs !== undefined && settledAtMs + delayMs <= knownAtMs;
    const isOwed = write.ownersById.get(id)?.some((node) => !write.acknowledgedBy.includes(node)) === true;
    const doneAtMs = isOwed ? undefined : doneByAllAtMs(write, id, this.#promises);
    const isDone = doneAtMs !== undefined && endedAtMs !== undefined && Math.max(doneAtMs, endedAtMs) <= knownAtMs;
    return isDone || isToldOf(process === write.process ? 0 : this.#promises.viewDelayMs);
  }

  #report({ process, what, calledAtMs }: Reading, wrong: string): void {
    this.violations.push(`${process} ${what} at ${(calledAtMs / 1000).toFixed(3)} ${wrong}`);
  }
}

/** A field that no order of the writes explains, with the writes. */
export function explain(
  found: { readonly id: string; readonly field: Field; readonly value: string | null },
  writes: readonly Write[],
): string {
  const list = writes.slice(-12).map((write) => `\n      ${describeWrite(write)} ${write.value}`);
  return `shows ${found.id} with ${found.field} ${found.value ?? "absent"}, after${list.join("")}`;
}
