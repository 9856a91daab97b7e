import { describe, expect, it } from "vitest";
import type { Debt } from "../../../src/cluster/debt.ts";
import type { Topology } from "../../../src/cluster/topology.ts";
import { encodeDigits } from "../../../src/routing/reserved.ts";
import { type RebuildContext, rebuildTask } from "../../../src/tasks/rebuild.ts";
import { encodeShards } from "../../../src/tasks/shard-set.ts";
import type { FoundPart } from "../../../src/tasks/task-finder.ts";
import type { TaskNote } from "../../../src/tasks/task-note.ts";
import { memoryNode } from "../../support/memory-transport.ts";

const nodes = ["a", "b", "c"].map((id) => memoryNode(id));
const nodesById = new Map(nodes.map((node) => [node.id, node]));
const table = Array.from({ length: 16 }, (_, shard) => (shard % 2 === 0 ? ["a", "b"] : ["b", "c"]));
const topology: Topology = {
  ...{ version: 1, clusterId: "c", epoch: 1, shards: 16, replicationFactor: 2, nodes },
  groups: [{ name: "g", table }],
};
const STAMP = "0123456789abcdef0000";

const note: TaskNote = {
  ...{ type: "documentAdditionOrUpdate", indexUid: "movies", details: { receivedDocuments: 3 }, copies: 2 },
  ...{ shards: encodeShards([0, 1], 16), consistency: "quorum", stamp: STAMP, piece: [1, 1] },
};

const partOn = (id: string, more: Partial<TaskNote> = {}): FoundPart => ({
  node: memoryNode(id),
  task: { uid: 5, indexUid: "movies__g2", status: "enqueued" },
  note: { ...note, ...more },
});

function rebuild(found: readonly FoundPart[], more: Partial<RebuildContext> = {}) {
  const recorded: Debt[] = [];
  const context: RebuildContext = {
    ...{ topology, nodesById, debts: [], isYoung: true },
    isSuspect: () => false,
    record: async (debts) => {
      recorded.push(...debts);
    },
    ...more,
  };
  return { task: rebuildTask(64 * 64 * 1000, found, context), recorded };
}

describe("rebuildTask", () => {
  it("puts a write together: its head, its parts, and who must apply what", () => {
    const { task } = rebuild([partOn("a"), partOn("b"), partOn("c")]);
    expect(task).toMatchObject({
      head: { indexUid: "movies", details: { receivedDocuments: 3 }, enqueuedAt: "2024-01-01T00:00:01.000Z" },
      parts: [{ taskUid: 5 }, { taskUid: 5 }, { taskUid: 5 }],
      shards: [
        { nodes: ["a", "b"], required: 1 },
        { nodes: ["b", "c"], required: 1 },
      ],
      ...{ copies: 2, isMarked: true, isPartial: false, indebted: [] },
    });
  });

  it("waits for an owner that nothing was found of, unless it is down, owes the write, or was never to get it", () => {
    const found = [partOn("a"), partOn("b")];
    const debt: Debt = { index: "movies__g2", shard: 1, node: "c", ids: "all", stamp: encodeDigits(STAMP) };
    expect(rebuild(found).task.isPartial).toBe(true);
    expect(rebuild(found, { isYoung: false }).task.isPartial).toBe(false);
    expect(rebuild(found, { isSuspect: (node) => node === "c" }).task.isPartial).toBe(false);
    expect(rebuild(found, { debts: [debt] }).task).toMatchObject({ isPartial: false, indebted: ["c"] });
    const elsewhere = { ...debt, stamp: encodeDigits("00000000000000000001") };
    expect(rebuild(found, { debts: [elsewhere] }).task).toMatchObject({ isPartial: true, indebted: [] });
    expect(rebuild([partOn("a"), partOn("b"), partOn("c", { piece: [1, 2] })]).task.isPartial).toBe(true);
  });

  it("has a node owe the shards that a holder has, all documents of them", async () => {
    const { task, recorded } = rebuild([partOn("a"), partOn("b"), partOn("c")]);
    await task.owe?.(memoryNode("b"), new Set(["c"]));
    expect(recorded).toEqual([
      { index: "movies__g2", shard: 1, of: 16, node: "b", ids: "all", stamp: encodeDigits(STAMP) },
    ]);
  });

  it("puts any other operation together from what its note lists, and never shows what nodes say of its details", () => {
    const listed = partOn("a", { type: "settingsUpdate", parts: { a: [3], c: [4, 5], gone: [6] } });
    const { shards: _s, details: _d, ...rest } = listed.note;
    const { task } = rebuild([{ ...listed, note: rest }]);
    expect(task.parts.map(({ node, taskUid }) => [node.id, taskUid])).toEqual([
      ["a", 3],
      ["c", 4],
      ["c", 5],
    ]);
    expect(task).toMatchObject({ head: { type: "settingsUpdate", details: {} }, notes: [{ taskUid: 5 }] });
  });

  it("knows what a node misses that goes away before it made a change", () => {
    const { shards: _, ...rest } = note;
    const change = {
      what: "Deleting index `movies`",
      matters: [{ matter: "index", name: "movies" }],
      stamp: STAMP,
    } as const;
    const { task } = rebuild([{ ...partOn("a"), note: { ...rest, type: "indexDeletion", parts: { a: [3] }, change } }]);
    expect(task.change).toEqual({ ...change, stamp: encodeDigits(STAMP) });
  });

  it("joins the notes of a cancelation: what it is about, and the node tasks that make it", () => {
    const about = (targets: number[]): FoundPart => {
      return { ...partOn("a"), note: { type: "taskCancelation", indexUid: null, parts: {}, targets } };
    };
    const made: FoundPart = { ...partOn("b"), note: { type: "taskCancelation", indexUid: null, parts: { a: [9] } } };
    const { task } = rebuild([about([1, 2]), about([2, 3]), made]);
    expect(task).toMatchObject({ parts: [{ taskUid: 9 }], targets: [1, 2, 3] });
  });
});
