import { describe, expect, it } from "vitest";
import { openLists } from "../../../src/merge/open-lists.ts";

const hits = (...ids: number[]) => ids.map((id) => ({ id }));

describe("a node's list that was cut off", () => {
  const [full, spare, short] = [hits(1, 4), hits(2, 9), hits(3)];
  const lists = [full, spare, short].map((each) => ({ hits: each, limit: 2 }));
  const merged = [full[0], spare[0], short[0], full[1]].filter((hit) => hit !== undefined);

  it("may lack hits of the merged one only when its last hit was taken", () => {
    expect(openLists(lists, { merged, required: 5 })).toEqual([0]);
    expect(openLists(lists, { merged: merged.slice(0, 3), required: 3 })).toEqual([]);
  });

  it("lacks nothing when its last hit is the last one needed", () => {
    expect(openLists(lists, { merged, required: 4 })).toEqual([]);
  });

  it("lacks nothing when the node was asked for all that is needed", () => {
    expect(openLists([{ hits: full, limit: 2 }], { merged: full, required: 2 })).toEqual([]);
  });

  it("is told by its hits themselves and not by how they look", () => {
    expect(openLists([{ hits: hits(1, 4), limit: 2 }], { merged: full, required: 4 })).toEqual([]);
  });
});
