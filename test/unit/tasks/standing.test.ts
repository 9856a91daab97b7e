import { describe, expect, it } from "vitest";
import { findLosses, type NodeTasks, type Standing, standingOf } from "../../../src/tasks/standing.ts";

const known = (...statuses: (string | null)[]): NodeTasks => ({
  tasks: statuses.map((status) => (status === null ? null : { status, customMetadata: "miroir:12 mine" })),
  isKnown: true,
  isSuspect: false,
  markedAs: 12,
});

describe("standingOf", () => {
  it.each<[Standing, NodeTasks]>([
    ["held", known("succeeded", "succeeded")],
    ["partly", known("succeeded", "failed")],
    ["lost", known("failed", "canceled")],
    ["pending", known("succeeded", "enqueued")],
    ["pending", known("failed", "processing")],
    ["forgotten", known("succeeded", null)],
    ["forgotten", { ...known("succeeded"), markedAs: 1 }],
    ["forgotten", { ...known("succeeded"), markedAs: 123 }],
    ["held", { tasks: [{ status: "succeeded" }], isKnown: true, isSuspect: false }],
    ["pending", { ...known(null), isKnown: false }],
    ["down", { ...known(null), isKnown: false, isSuspect: true }],
  ])("is %s", (standing, tasks) => {
    expect(standingOf(tasks)).toBe(standing);
  });
});

function losses(standings: Record<string, Standing>, ...shards: string[][]) {
  const found = findLosses(new Map(Object.entries(standings)), {
    shards: shards.map((nodes) => ({ nodes, required: 1 })),
  });
  return found && Object.fromEntries(found.map(({ node, holders }) => [node, [...holders]]));
}

describe("findLosses", () => {
  it("finds none when everybody has the write", () => {
    expect(losses({ a: "held", b: "held" }, ["a", "b"])).toEqual({});
  });

  it.each<Standing>(["lost", "partly", "forgotten", "down"])(
    "finds a replica that is %s when another has it",
    (standing) => {
      expect(losses({ a: standing, b: "held" }, ["a", "b"])).toEqual({ a: ["b"] });
    },
  );

  it("does not blame owners that failed alike: the document is at fault, and nobody has it", () => {
    expect(losses({ a: "lost", b: "lost" }, ["a", "b"])).toEqual({});
    expect(losses({ a: "partly", b: "partly" }, ["a", "b"])).toEqual({});
  });

  it("blames owners that failed alike when another owes the write, or they would be taken for its holders", () => {
    const standings = new Map<string, Standing>([["a", "lost"]]);
    const shards = [{ nodes: ["a"], required: 1 }];
    expect(findLosses(standings, { shards, isOwed: true })).toEqual([{ node: "a", holders: new Set() }]);
    expect(findLosses(standings, { shards })).toEqual([]);
  });

  it("names who has more than a replica, so that it owes only what they hold", () => {
    expect(losses({ a: "lost", b: "lost", c: "held", d: "partly" }, ["a", "b"], ["c", "d"])).toEqual({
      a: ["c", "d"],
      b: ["c", "d"],
      d: ["c"],
    });
  });

  it("says nothing while a node is undecided", () => {
    expect(losses({ a: "lost", b: "held", c: "pending" }, ["a", "b"], ["b", "c"])).toBeUndefined();
  });

  it("waits for a node that is down as long as it may be the only one with the write", () => {
    expect(losses({ a: "down", b: "lost" }, ["a", "b"])).toBeUndefined();
    expect(losses({ a: "down", b: "down" }, ["a", "b"])).toBeUndefined();
    expect(losses({ a: "down", b: "held", c: "lost" }, ["a", "b"], ["a", "c"])).toBeUndefined();
    expect(losses({ a: "down", b: "held", c: "held" }, ["a", "b"], ["a", "c"])).toEqual({ a: ["b", "c"] });
  });

  it("does not wait for nodes that forgot the write", () => {
    expect(losses({ a: "forgotten", b: "forgotten" }, ["a", "b"])).toEqual({ a: [], b: [] });
  });
});
