import { describe, expect, it } from "vitest";
import { copiesOf } from "../../../src/cluster/copies.ts";
import type { Topology } from "../../../src/cluster/topology.ts";
import { describeDifference } from "../../../src/cluster/topology-difference.ts";
import { memoryNode } from "../../support/memory-transport.ts";

const table = Array.from({ length: 16 }, () => ["a", "b"]);
const base: Topology = {
  ...{ version: 1, clusterId: "c", epoch: 1, shards: 16, replicationFactor: 2 },
  nodes: [memoryNode("a"), memoryNode("b")],
  groups: [{ name: "default", table }],
};

describe("describeDifference", () => {
  it("sees none between equals, with other addresses, other order, or no cluster id of its own", () => {
    const moved = [...base.nodes].reverse().map((node) => ({ ...node, url: `http://elsewhere/${node.id}` }));
    const turned = [{ name: "default", table: table.map((row) => [...row].reverse()) }];
    expect(describeDifference({ ...base, clusterId: "", nodes: moved, groups: turned }, base)).toBeUndefined();
  });

  it.each([
    ["clusterId", { clusterId: "other" }],
    ["shards", { shards: 32 }],
    ["replicationFactor", { replicationFactor: 1 }],
    ["nodes", { nodes: [...base.nodes, memoryNode("c")] }],
    ["nodes", { nodes: [memoryNode("a"), memoryNode("b", "other")] }],
    ["table", { groups: [{ name: "default", table: table.map(() => ["a"]) }] }],
  ] as const)("names %s when it differs", (field, change) => {
    expect(describeDifference({ ...base, ...change }, base)).toContain(field);
  });

  it("counts the copies of a document over all groups", () => {
    expect(copiesOf(base)).toBe(2);
    expect(copiesOf({ groups: [...base.groups, { name: "g2", table: [["x"]] }] })).toBe(3);
  });
});
