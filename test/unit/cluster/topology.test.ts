import { beforeAll, describe, expect, it } from "vitest";
import { type ClusterConfig, checkClusterConfig } from "../../../src/cluster/cluster-config.ts";
import { buildTopology, parseTopology } from "../../../src/cluster/topology.ts";
import { MiroirError } from "../../../src/core/errors.ts";
import { type Hasher, loadHasher } from "../../../src/routing/shard.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const three = ["http://a:7700", "http://b:7700/", "https://c"].map((url) => ({ url }));
const config = (change: Partial<ClusterConfig> = {}): ClusterConfig => ({
  clusterId: "c1",
  nodes: three,
  replicationFactor: 2,
  shards: 64,
  ...change,
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MiroirError && error.code === "miroir_invalid_config") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("buildTopology", () => {
  it("names nodes after host and port, trims addresses and fills one table per group", () => {
    const topology = buildTopology(config(), hasher);
    expect(topology.nodes.map((node) => [node.id, node.url, node.group, node.weight])).toEqual([
      ["a:7700", "http://a:7700", "default", 1],
      ["b:7700", "http://b:7700", "default", 1],
      ["c:443", "https://c", "default", 1],
    ]);
    expect(topology).toMatchObject({ version: 1, clusterId: "c1", epoch: 1, shards: 64, replicationFactor: 2 });
    expect(topology.groups.map((group) => group.name)).toEqual(["default"]);
    expect(topology.groups[0]?.table).toHaveLength(64);
  });

  it("gives every group a full copy on its own nodes", () => {
    const nodes = ["a", "b", "c", "d"].map((id, n) => ({ id, url: `http://n${n}`, group: n < 2 ? "east" : "west" }));
    const topology = buildTopology(config({ nodes }), hasher);
    for (const { name, table } of topology.groups) {
      const members = name === "east" ? ["a", "b"] : ["c", "d"];
      for (const row of table) expect([...row].sort()).toEqual(members);
    }
  });

  it("keeps the table when an address changes and the id does not", () => {
    const before = buildTopology(config({ nodes: three.map(({ url }, n) => ({ id: `n${n}`, url })) }), hasher);
    const after = buildTopology(config({ nodes: three.map((_, n) => ({ id: `n${n}`, url: `http://x${n}` })) }), hasher);
    expect(after.groups).toEqual(before.groups);
  });

  it.each([
    ["no nodes", { nodes: [] }, /`nodes` is \[\]\. Name at least one server/],
    ["a shard count that is no power of two", { shards: 100 }, /`shards` is 100\. .*power of two from 16 to 4096/],
    ["too many shards", { shards: 8192 }, /`shards` is 8192/],
    ["more replicas than nodes", { replicationFactor: 4 }, /`replicationFactor` is 4\. .*has 3 nodes: .* from 1 to 3/],
    ["no replicas", { replicationFactor: 0 }, /`replicationFactor` is 0/],
    ["half a replica", { replicationFactor: 1.5 }, /`replicationFactor` is 1.5/],
    ["an address without scheme", { nodes: [{ url: "a:7700" }] }, /`nodes\[0\]\.url` is "a:7700"\. .*http/],
    ["an address of another protocol", { nodes: [{ url: "ftp://a" }] }, /`nodes\[0\]\.url` is "ftp:\/\/a"/],
    ["a weight of nothing", { nodes: [{ url: "http://a", weight: 0 }] }, /`nodes\[0\]\.weight` is 0/],
    [
      "two nodes with one address",
      { nodes: [...three, { id: "z", url: "http://a:7700/" }] },
      /`nodes\[3\]\.url`.*nodes\[0\]/,
    ],
    [
      "two nodes with one id",
      {
        nodes: [
          { id: "n", url: "http://a" },
          { id: "n", url: "http://b" },
        ],
      },
      /`nodes\[1\]\.id` is "n"\. nodes\[0\] has the same id/,
    ],
  ] as const)("refuses %s", (_, change, message) => {
    expect(refusal(() => buildTopology(config(change), hasher))).toMatch(message);
  });

  it("is refused exactly where checkClusterConfig refuses, which needs no hash function", () => {
    expect(checkClusterConfig(config())).toEqual(buildTopology(config(), hasher).nodes);
    const message = refusal(() => checkClusterConfig(config({ replicationFactor: 9 })));
    expect(refusal(() => buildTopology(config({ replicationFactor: 9 }), hasher))).toBe(message);
  });

  it.each(["http://me:secret@a:7700", "http://a:7700/?key=secret", "http://a:7700/#secret"])(
    "refuses credentials in the address %s and does not repeat them",
    (url) => {
      const message = refusal(() => buildTopology(config({ nodes: [{ url }] }), hasher));
      expect(message).toContain("nodes[0].url");
      expect(message).not.toContain("secret");
    },
  );
});

describe("parseTopology", () => {
  const valid = () => structuredClone(buildTopology(config(), hasher)) as unknown as Record<string, unknown>;

  it("gives back what buildTopology made, through JSON", () => {
    const topology = buildTopology(config(), hasher);
    expect(parseTopology(JSON.parse(JSON.stringify(topology)))).toEqual(topology);
  });

  it("accepts shorter rows, as there are while replicas are being added", () => {
    const topology = valid();
    const [group] = topology["groups"] as { table: string[][] }[];
    group?.table[3]?.pop();
    expect(parseTopology(topology).groups[0]?.table[3]).toHaveLength(1);
  });

  it.each([
    ["another version", { version: 2 }, /`topology\.version` is 2/],
    ["a missing cluster id", { clusterId: undefined }, /`topology\.clusterId` is missing/],
    ["an unknown field", { colour: "red" }, /colour/],
    ["a wrong shard count", { shards: 65 }, /`topology\.shards` is 65: it must be a power of two/],
    ["a table of another length", { shards: 128 }, /`topology\.groups\.0\.table`.*128 shards/],
  ])("refuses %s", (_, change, message) => {
    expect(refusal(() => parseTopology({ ...valid(), ...change }))).toMatch(message);
  });

  it("refuses more replicas than a group has nodes", () => {
    expect(refusal(() => parseTopology({ ...valid(), replicationFactor: 4 }))).toMatch(
      /topology\.replicationFactor` is 4: group `default` has only 3 nodes/,
    );
  });

  it("refuses rows that name a stranger or a node twice", () => {
    const stranger = valid();
    (stranger["groups"] as { table: string[][] }[])[0]?.table[5]?.splice(0, 1, "elsewhere");
    expect(refusal(() => parseTopology(stranger))).toMatch(/table\.5` .*`elsewhere` is no node of group `default`/);
    const twice = valid();
    (twice["groups"] as { table: string[][] }[])[0]?.table.splice(6, 1, ["a:7700", "a:7700"]);
    expect(refusal(() => parseTopology(twice))).toMatch(/table\.6` .*names a node twice/);
  });

  it("accepts a change of owners and nodes that join, and refuses what they name wrongly", () => {
    const change = { job: "job-1", phase: "copying", shards: [3, 63], everywhere: false };
    const changing = { ...valid(), change, joining: ["c:443"] };
    expect(parseTopology(changing)).toMatchObject({ change, joining: ["c:443"] });
    const far = { ...changing, change: { ...change, shards: [3, 64] } };
    expect(refusal(() => parseTopology(far))).toMatch(/change\.shards\.1` is 64: there are 64 shards/);
    const stranger = { ...changing, joining: ["d:7700"] };
    expect(refusal(() => parseTopology(stranger))).toMatch(/joining\.0` is "d:7700": no node has this id/);
  });

  it("accepts rows that a new group does not hold yet, and refuses shards that nobody holds", () => {
    const topology = valid();
    const [group] = topology["groups"] as { table: string[][] }[];
    const nodes = (topology["nodes"] as object[]).concat({ id: "d", url: "http://d", group: "second", weight: 1 });
    const second = { name: "second", table: (group?.table ?? []).map(() => []) };
    const two = { ...topology, nodes, replicationFactor: 1, groups: [group, second] };
    expect(parseTopology(two).groups).toHaveLength(2);
    group?.table[7]?.splice(0);
    expect(refusal(() => parseTopology(two))).toMatch(/groups\.0\.table\.7` .*no node holds this shard/);
  });

  it.each([[null], ["text"], [42], [[]]])("refuses %j", (value) => {
    expect(refusal(() => parseTopology(value))).toContain("`topology` is ");
  });
});
