import { describe, expect, it, onTestFinished } from "vitest";
import type { Topology } from "../../../../src/cluster/topology.ts";
import { MARKER_ID } from "../../../../src/execute/identity.ts";
import { Operator } from "../../../../src/execute/operator.ts";
import { putIntoStore, storedTopology, topologyInStore } from "../../../../src/execute/topology-in-store.ts";
import { storeChangeControl } from "../../../../src/execute/view/change-control.ts";
import { LiveTopology } from "../../../../src/execute/view/live-topology.ts";
import { warnOfRollback } from "../../../../src/execute/view/rolled-back.ts";
import { memoryStore } from "../../../../src/store/local/memory-store.ts";
import type { NodeRequest } from "../../../../src/transport/transport.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { answer, failure, MemoryTransport, memoryNode, type Script } from "../../../support/memory-transport.ts";

const nodes = ["a", "b"].map((id) => memoryNode(id, "g"));

const topologyOf = (epoch: number, owner: string): Topology => ({
  ...{ version: 1, clusterId: "c", epoch, shards: 16, replicationFactor: 1, nodes },
  groups: [{ name: "g", table: Array.from({ length: 16 }, () => [owner]) }],
});

const takesAll: Script = ({ path }) => {
  if (path.endsWith(`documents/${MARKER_ID}`)) return answer(200, { value: "{}" });
  return answer(200, path.startsWith("tasks/") ? { status: "succeeded" } : { taskUid: 1 });
};

/** Which epochs the markers that nodes were sent name: the one in force, and the one proposed. */
function markersIn(sent: readonly NodeRequest[]): (readonly [node: string, inForce: number, proposed?: number])[] {
  return sent.flatMap(({ node, body = "" }) => {
    if (!body.includes(`"id":"${MARKER_ID}"`)) return [];
    const [record] = JSON.parse(body) as { value: string }[];
    const { topology, proposed } = JSON.parse(record?.value ?? "{}") as { topology: Topology; proposed?: Topology };
    return [proposed === undefined ? [node.id, topology.epoch] : [node.id, topology.epoch, proposed.epoch]] as const;
  });
}

async function setUp(script: Script = takesAll) {
  const clock = new FakeClock();
  const memory = memoryStore({ clock });
  const store = memory.open();
  onTestFinished(() => store.close());
  await putIntoStore(store, topologyOf(1, "a"), []);
  const transport = new MemoryTransport(script);
  const lease = await store.lease("driver", { holder: "me", ttlMs: 10_000 });
  if (lease === undefined) throw new Error("nobody else holds it");
  const control = storeChangeControl({
    ...{ store, clock, operator: new Operator({ transport, clock, authorization: undefined }) },
    ...{ fence: () => lease, signal: new AbortController().signal },
    view: { refresh: () => Promise.resolve(), live: new LiveTopology(topologyOf(1, "a")) },
  });
  return { clock, memory, store, transport, control };
}

describe("publishing a topology", () => {
  it("proposes changed owners to the nodes before the store has them, and says so when they are in force", async () => {
    const { store, transport, control } = await setUp();
    const inStoreAt: number[] = [];
    transport.script = async (request) => {
      if (request.body?.includes(MARKER_ID) === true) inStoreAt.push((await topologyInStore(store)).epoch);
      return takesAll(request);
    };
    await control.publish(topologyOf(2, "b"));
    expect(await control.current()).toEqual(topologyOf(2, "b"));
    expect(markersIn(transport.sent)).toEqual([
      ["a", 1, 2],
      ["b", 1, 2],
      ["a", 2],
      ["b", 2],
    ]);
    expect(inStoreAt).toEqual([1, 1, 2, 2]);
  });

  it("tells nodes nothing when the owners stay", async () => {
    const { transport, control } = await setUp();
    const change = { job: "j", phase: "holding", shards: [1], everywhere: false } as const;
    await control.publish({ ...topologyOf(2, "a"), change });
    expect(transport.sent).toEqual([]);
  });

  it("changes nothing when a node that is to hold more cannot be told", async () => {
    const { control } = await setUp((request) =>
      request.node.id === "b" ? failure("unreachable") : takesAll(request),
    );
    await expect(control.publish(topologyOf(2, "b"))).rejects.toThrow(/node `b`/);
    expect((await control.current()).epoch).toBe(1);
  });

  it("gives no marker to a server that has none", async () => {
    const { transport, control } = await setUp(({ path, ...request }) =>
      path.endsWith(MARKER_ID) ? answer(404, {}) : takesAll({ path, ...request }),
    );
    await expect(control.publish(topologyOf(2, "b"))).rejects.toThrow(/has no marker/);
    expect(markersIn(transport.sent)).toEqual([]);
  });

  it("goes on without a node that only gives up shards", async () => {
    const { control } = await setUp((request) =>
      request.node.id === "a" ? failure("unreachable") : takesAll(request),
    );
    await control.publish(topologyOf(2, "b"));
    expect((await control.current()).epoch).toBe(2);
  });

  it("refuses to change what somebody else changed, and without the driver's lease", async () => {
    const { clock, store, control } = await setUp();
    await expect(control.publish(topologyOf(3, "a"))).rejects.toMatchObject({ code: "miroir_job_fenced" });
    await clock.advance(11_000);
    await store.lease("driver", { holder: "another", ttlMs: 10_000 });
    await expect(control.publish(topologyOf(2, "a"))).rejects.toMatchObject({
      code: "miroir_job_fenced",
      message: expect.stringContaining("another process drives it"),
    });
    expect((await control.current()).epoch).toBe(1);
  });

  it("builds upon no store that went back, though the driver's lease is in force there", async () => {
    const { memory, transport, control } = await setUp();
    const backup = memory.backup();
    await control.publish(topologyOf(2, "b"));
    memory.restore(backup);
    const before = transport.sent.length;
    await expect(control.current()).rejects.toMatchObject({ code: "miroir_store_rolled_back" });
    await expect(control.publish(topologyOf(2, "a"))).rejects.toMatchObject({ code: "miroir_store_rolled_back" });
    expect(transport.sent).toHaveLength(before);
  });

  it("changes nothing in a store that another process found to have gone back", async () => {
    const { store, control } = await setUp();
    const seen = await storedTopology(store);
    await warnOfRollback(store, { why: "it is at revision 3, and this process saw 5", seen });
    await expect(control.publish(topologyOf(2, "a"))).rejects.toMatchObject({
      code: "miroir_store_rolled_back",
      message: expect.stringContaining("at revision 3, and this process saw 5, as another process found"),
    });
    expect((await control.current()).epoch).toBe(1);
  });
});
