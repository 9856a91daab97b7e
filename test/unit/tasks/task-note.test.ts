import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeShards, encodeShards } from "../../../src/tasks/shard-set.ts";
import { readNote, type TaskNote, writeNote } from "../../../src/tasks/task-note.ts";

const note: TaskNote = {
  ...{ type: "documentAdditionOrUpdate", indexUid: "movies", details: { receivedDocuments: 3 } },
  ...{ customMetadata: 'the caller\'s "own" {value}', copies: 2, shards: "*", piece: [1, 2] },
  change: { what: "Creating index `movies`", matters: [{ matter: "index", name: "movies" }], stamp: "01" },
};

describe("the note of a task", () => {
  it("is read as it was written", () => {
    expect(readNote(writeNote(42, note))).toEqual({ uid: 42, note });
  });

  it.each([
    null,
    undefined,
    7,
    "",
    "mine",
    "miroir:42",
    "miroir:x {}",
    "miroir:42 mine",
    "miroir:42 {",
    "miroir:42 {}",
  ])("is not seen in %j", (customMetadata) => {
    expect(readNote(customMetadata)).toBeUndefined();
  });

  it("leaves out the details first when it is too long for an address, and keeps the caller's own value", () => {
    const long = { ...note, details: { filter: "é".repeat(20_000) } };
    const text = writeNote(42, long);
    expect(encodeURIComponent(text).length).toBeLessThan(56_000);
    const { details: _, ...rest } = note;
    expect(readNote(text)?.note).toEqual(rest);
  });

  it("names any set of shards", () => {
    const shards = fc.constantFrom(16, 64, 4096).chain((total) => {
      return fc.record({ total: fc.constant(total), chosen: fc.uniqueArray(fc.nat(total - 1), { minLength: 1 }) });
    });
    fc.assert(
      fc.property(shards, ({ total, chosen }) => {
        const sorted = [...chosen].sort((a, b) => a - b);
        expect(decodeShards(encodeShards(chosen, total), total)).toEqual(sorted);
      }),
    );
    expect(encodeShards(Array.from({ length: 64 }).keys(), 64)).toBe("*");
  });
});
