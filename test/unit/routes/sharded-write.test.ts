import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/core/meta.ts";
import { type ShardedWrite, type WriteResult, writeShards } from "../../../src/routes/sharded-write.ts";
import { memoryStore } from "../../../src/store/local/memory-store.ts";
import {
  enqueueing,
  isStateRequest,
  type MemoryCluster,
  type MemoryClusterShape,
  memoryCluster,
} from "../../support/memory-cluster.ts";
import { answer, failure, refusal, type Script } from "../../support/memory-transport.ts";

const PAIR = [["a", "b"]];

function writeOf({ cluster }: MemoryCluster, more: Partial<ShardedWrite> = {}): ShardedWrite {
  return {
    index: "movies",
    stamp: cluster.stamps.next(false),
    idsByShard: new Map([[0, ["x"]]]),
    call: {},
    signal: undefined,
    requests: (node, shards) => [
      { node, method: "POST", path: "indexes/movies/documents", body: JSON.stringify(shards) },
    ],
    ...more,
  };
}

async function start(script: Script, shape: MemoryClusterShape = { table: PAIR }) {
  const memory = await memoryCluster(script, shape);
  const write = async (more?: Partial<ShardedWrite>) => {
    const result = await writeShards(memory.cluster, writeOf(memory, more));
    if (result.kind === "short") throw result.error;
    return result;
  };
  return { ...memory, write };
}

/** Everything but the state index of `node` fails so. */
const failing = (node: string, reaction: ReturnType<Script>) =>
  enqueueing((request) => (request.node.id === node && !isStateRequest(request) ? reaction : undefined));

function acknowledged(result: WriteResult) {
  if (result.kind !== "acknowledged") throw new Error(`the write was ${result.kind}`);
  return result;
}

const owed = ({ cluster }: MemoryCluster) =>
  cluster.debts.ledger.list().map(({ node, shard, ids }) => ({ node, shard, ids }));

describe("writeShards", () => {
  it("is acknowledged by every owner, with nothing owed", async () => {
    const memory = await start(enqueueing());
    const { meta, shards } = acknowledged(await memory.write());
    expect(meta).toMatchObject({
      degraded: false,
      write: { acknowledged: ["a", "b"], indebted: [], degradedShards: [] },
    });
    expect(shards).toEqual([{ nodes: ["a", "b"], required: 1 }]);
    expect(owed(memory)).toEqual([]);
    expect(memory.clock.pending).toBe(0);
  });

  it("gives no request more time than those wait who repair, however much the call has", async () => {
    const memory = await start(failing("b", "hang"));
    const work = memory.write({ call: { timeoutMs: 10 * memory.cluster.options.writeTimeoutMs } });
    await memory.clock.advance(memory.cluster.options.writeTimeoutMs);
    expect(acknowledged(await work).meta.write?.indebted).toEqual(["b"]);
  });

  it.each([
    ["missed", failure("unreachable")],
    ["unknown", failure("reset")],
    ["refused", refusal(403, "invalid_api_key")],
  ])("stores the debt of a replica whose outcome is %s on the nodes before it returns", async (_name, reaction) => {
    const memory = await start(failing("b", reaction));
    const { meta } = acknowledged(await memory.write());
    expect(meta).toMatchObject({
      degraded: true,
      write: { acknowledged: ["a"], indebted: ["b"], degradedShards: [0] },
    });
    expect(owed(memory)).toEqual([{ node: "b", shard: 0, ids: ["x"] }]);
    const stored = memory.transport.sent.filter(isStateRequest);
    expect(stored.map(({ node }) => node.id)).toContain("a");
    expect(stored[0]?.body).toContain('\\"node\\":\\"b\\"');
  });

  it("fails when the debt can be stored nowhere, and remembers it all the same", async () => {
    const memory = await start(
      enqueueing((request) => {
        if (isStateRequest(request)) return refusal(403, "invalid_api_key");
        return request.node.id === "b" ? failure("reset") : undefined;
      }),
    );
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(owed(memory)).toHaveLength(1);
  });

  it("owes nothing when the write reached nobody, and says so", async () => {
    const memory = await start(() => failure("unreachable"));
    await expect(memory.write()).rejects.toMatchObject({
      code: "miroir_no_quorum",
      attempts: [{ node: "a" }, { node: "b" }],
    });
    expect(owed(memory)).toEqual([]);
  });

  it("owes an unknown outcome at every owner when nobody acknowledged", async () => {
    const memory = await start(enqueueing((request) => (isStateRequest(request) ? undefined : failure("reset"))));
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory).map(({ node }) => node)).toEqual(["a", "b"]);
  });

  it("owes an unknown outcome also when the other replica was down: it may land on top of the next write", async () => {
    const memory = await start(
      enqueueing((request) => {
        if (isStateRequest(request)) return undefined;
        return failure(request.node.id === "a" ? "reset" : "unreachable");
      }),
    );
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory).map(({ node }) => node)).toEqual(["a", "b"]);
    memory.transport.script = failing("b", failure("unreachable"));
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
  });

  it("tells the caller of a sole owner's unknown outcome, and records no debt", async () => {
    const memory = await start(failing("a", failure("reset")), { table: [["a"]] });
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory)).toEqual([]);
    memory.transport.script = enqueueing();
    acknowledged(await memory.write());
  });

  it("hands on a refusal when no node did anything", async () => {
    const memory = await start(({ node }) =>
      node.id === "a" ? refusal(403, "invalid_api_key") : failure("unreachable"),
    );
    expect(await memory.write()).toMatchObject({ kind: "refused", response: { status: 403 } });
    expect(owed(memory)).toEqual([]);
  });

  it("does not pass a torn write off as refused: its first part is there", async () => {
    const memory = await start(
      enqueueing(({ body }) => (body === "giant" ? refusal(413, "payload_too_large") : undefined)),
    );
    const requests: ShardedWrite["requests"] = (node) =>
      ["small", "giant"].map((body) => ({ node, method: "POST", path: "indexes/movies/documents", body }));
    await expect(memory.write({ requests })).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory)).toHaveLength(2);
  });

  it("notes of what it owes whether its caller was told that too few replicas took the write", async () => {
    const down = new Set(["b", "c"]);
    const memory = await start(
      enqueueing(({ node }) => (down.has(node.id) ? failure("unreachable") : undefined)),
      {
        table: [
          ["a", "b", "c"],
          ["a", "b"],
        ],
      },
    );
    const idsByShard = new Map([0, 1].map((shard) => [shard, ["x"]]));
    await expect(memory.write({ idsByShard })).rejects.toMatchObject({ code: "miroir_no_quorum" });
    const told = memory.cluster.debts.ledger.list().map(({ node, shard, isUnacknowledged = false }) => {
      return { node, shard, isUnacknowledged };
    });
    expect(told).toEqual([
      { node: "b", shard: 0, isUnacknowledged: true },
      { node: "c", shard: 0, isUnacknowledged: true },
      { node: "b", shard: 1, isUnacknowledged: false },
    ]);
  });

  it("counts the majority of three replicas, and refuses below it", async () => {
    const one = await start(failing("c", failure("unreachable")), { table: [["a", "b", "c"]] });
    acknowledged(await one.write());
    const two = await start(
      enqueueing(({ node }) => (node.id === "a" ? undefined : failure("unreachable"))),
      { table: [["a", "b", "c"]] },
    );
    await expect(two.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(two).map(({ node }) => node)).toEqual(["b", "c"]);
  });

  it("names the shards below quorum and says that the others were written", async () => {
    const memory = await start(failing("b", failure("unreachable")), { table: [["a"], ["b"]] });
    const idsByShard = new Map([
      [0, ["x"]],
      [1, ["y"]],
    ]);
    await expect(memory.write({ idsByShard })).rejects.toThrow(
      /for shard 1: node `b` failed as unreachable\. The other 1 shards of the call were written/,
    );
  });

  it("does not count an acknowledgement from a replica that owes the document, and owes it this write too", async () => {
    const memory = await start(failing("b", failure("reset")));
    await memory.write();
    memory.transport.script = failing("a", failure("unreachable"));
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory).filter(({ node }) => node === "b")).toHaveLength(2);
    acknowledged(await start(enqueueing()).then((other) => other.write()));
  });

  it("counts an acknowledgement from a replica that owes only other documents, except for deletes by filter", async () => {
    const memory = await start(failing("b", failure("reset")));
    await memory.write();
    memory.cluster.health.observe("b", { kind: "answered", response: answer(200) });
    memory.transport.script = failing("a", failure("unreachable"));
    acknowledged(await memory.write({ idsByShard: new Map([[0, ["y"]]]) }));
    memory.cluster.health.observe("a", { kind: "answered", response: answer(200) });
    await expect(memory.write({ idsByShard: new Map([[0, "all"]]) })).rejects.toMatchObject({
      code: "miroir_no_quorum",
    });
  });

  it("is acknowledged when one group has its quorum, and owes in the other", async () => {
    const shape = { table: [["a"]], secondTable: [["b"]] };
    const memory = await start(failing("b", failure("unreachable")), shape);
    acknowledged(await memory.write());
    expect(owed(memory)).toEqual([{ node: "b", shard: 0, ids: ["x"] }]);
    await expect(memory.write({ call: { consistency: "all" } })).rejects.toMatchObject({ code: "miroir_no_quorum" });
  });

  it("requires every replica to finish when every one had to acknowledge", async () => {
    const memory = await start(enqueueing(), { table: [["a", "b"]], secondTable: [["c", "d"]] });
    expect(acknowledged(await memory.write({ call: { consistency: "all" } })).shards).toEqual([
      { nodes: ["a", "b", "c", "d"], required: 4 },
    ]);
  });

  it("tells a write that waited in the lane what the one before it left owed, though that one is still under way", async () => {
    let isFirst = true;
    const memory = await start(
      enqueueing((request) => {
        if (request.node.id === "c") return "hang";
        if (request.node.id !== "a" || isStateRequest(request) || !isFirst) return undefined;
        isFirst = false;
        return failure("reset");
      }),
      { table: [["a", "b"], ["c"]] },
    );
    const seen: boolean[] = [];
    const spy: ShardedWrite["requests"] = (node, _shards, isOwed) => {
      if (node.id === "a") seen.push(isOwed(0, ["x"]));
      return [{ node, method: "PUT", path: "indexes/movies/documents", body: "[]" }];
    };
    const idsByShard = new Map([
      [0, ["x"]],
      [1, ["slow"]],
    ]);
    const first = memory.write({ idsByShard, requests: spy }).catch((error: unknown) => error);
    const second = memory.write({ requests: spy });
    await memory.clock.advance(5000); // storing the debt waits for the silent node
    const { meta } = acknowledged(await second);
    expect(seen).toEqual([false, true]);
    expect(meta.write).toMatchObject({ indebted: ["a"] });
    await memory.clock.advance(10_000);
    await first;
    expect(owed(memory).filter(({ node }) => node === "a")).toHaveLength(2);
  });

  it.each(["paid while the others are on their way", "a doubt that comes to nothing"])(
    "is owed by a replica that was not sent all of it, also when the reason was %s",
    async (reason) => {
      const memory = await start(enqueueing());
      const { debts, stamps } = memory.cluster;
      const earlier = { index: "movies", shard: 0, node: "b", ids: ["x"], stamp: stamps.next(false) };
      const release = debts.ledger.doubt(reason.startsWith("paid") ? [] : [earlier]);
      if (reason.startsWith("paid")) await debts.record([earlier]);
      memory.transport.script = enqueueing(({ node, path }) => {
        if (node.id !== "b" || !path.endsWith("/documents") || path.includes("miroir")) return undefined;
        release();
        return debts.pay(debts.ledger.list()).then(() => answer(202, { taskUid: 7 }));
      });
      const requests: ShardedWrite["requests"] = (node, _shards, isOwed) => {
        const body = ["x", "y"].filter((id) => !isOwed(0, [id])).join();
        return [{ node, method: "PUT", path: "indexes/movies/documents", body }];
      };
      const { meta } = acknowledged(await memory.write({ idsByShard: new Map([[0, ["x", "y"]]]), requests }));
      expect(memory.transport.sent.filter(({ method }) => method === "PUT").map(({ body }) => body)).toContain("y");
      expect(meta.write).toMatchObject({ indebted: ["b"] });
      expect(owed(memory)).toEqual([{ node: "b", shard: 0, ids: ["x", "y"] }]);
    },
  );

  it("is owed for the shards that a replica was not sent, whatever it was paid meanwhile", async () => {
    const memory = await start(enqueueing(), { table: [...PAIR, ...PAIR] });
    const { debts, stamps } = memory.cluster;
    await debts.record([{ index: "movies", shard: 1, node: "b", ids: ["x"], stamp: stamps.next(false) }]);
    memory.transport.script = enqueueing(({ node, path }) => {
      if (node.id !== "b" || !path.endsWith("/edit")) return undefined;
      return debts.pay(debts.ledger.list()).then(() => answer(202, { taskUid: 7 }));
    });
    const requests: ShardedWrite["requests"] = (node, shards, isOwed) => {
      const body = shards.filter((shard) => !isOwed(shard, "all")).join();
      return [{ node, method: "POST", path: "indexes/movies/documents/edit", body }];
    };
    const idsByShard = new Map([0, 1].map((shard) => [shard, "all" as const]));
    const { meta } = acknowledged(await memory.write({ idsByShard, requests }));
    expect(meta.write).toMatchObject({ indebted: ["b"] });
    expect(owed(memory)).toEqual([{ node: "b", shard: 1, ids: "all" }]);
  });

  it("takes nobody's word for whom another process writes down a debt meanwhile", async () => {
    const store = memoryStore().open();
    const other = await memoryCluster(enqueueing(), { table: PAIR, store });
    const memory = await start(failing("a", failure("unreachable")), { table: PAIR, store });
    const stamp = other.cluster.stamps.next(false);
    await other.cluster.debts.record([{ index: "movies", shard: 0, node: "b", ids: ["x"], stamp }]);
    await expect(memory.write()).rejects.toMatchObject({ code: "miroir_no_quorum" });
    expect(owed(memory)).toEqual(
      expect.arrayContaining(["a", "b", "b"].map((node) => ({ node, shard: 0, ids: ["x"] }))),
    );
    // What the other process owes elsewhere, and what this one does itself, is no obstacle.
    const idsByShard = new Map([[0, ["y"]]]);
    await other.cluster.debts.record([{ index: "movies", shard: 0, node: "b", ids: ["z"], stamp }]);
    for (let times = 0; times < 2; times++) {
      expect(acknowledged(await memory.write({ idsByShard })).meta.write).toMatchObject({ indebted: ["a"] });
    }
  });

  it("is owed by all when its debts could not be kept, and the replica that took it fails", async () => {
    const down = failure("unreachable");
    const memory = await start(({ node, ...request }) => {
      return node.id === "b" || isStateRequest({ node, ...request }) ? down : answer(202, { taskUid: 1 });
    });
    const result = await writeShards(memory.cluster, writeOf(memory));
    if (result.kind !== "short") throw new Error("its debt was kept");
    expect(result.error).toMatchObject({ code: "miroir_store_unavailable" });
    memory.transport.script = enqueueing();
    const [a] = memory.cluster.topology.nodes;
    const before = memory.transport.sent.length;
    if (a !== undefined) await result.owe(a, new Set());
    const kept = memory.transport.sent.slice(before).map(({ body = "" }) => body);
    for (const node of ["a", "b"]) expect(kept.join()).toMatch(new RegExp(`"node.{1,3}:.{1,2}"${node}`));
    expect(kept.join().match(/isUnacknowledged/g)?.length).toBe(2 * kept.length);
  });

  it("forgets a doubt that came to nothing", async () => {
    const memory = await start(() => failure("unreachable"));
    await expect(memory.write()).rejects.toThrow();
    for (const node of ["a", "b"]) memory.cluster.health.observe(node, { kind: "answered", response: answer(200) });
    memory.transport.script = enqueueing();
    expect(acknowledged(await memory.write()).meta.degraded).toBe(false);
  });

  it("records what an acknowledging node lost afterwards only where somebody has it", async () => {
    const memory = await start(enqueueing(), {
      table: [
        ["a", "b"],
        ["a", "c"],
      ],
    });
    const idsByShard = new Map([
      [0, ["x"]],
      [1, ["y"]],
    ]);
    const { owe, replies } = acknowledged(await memory.write({ idsByShard }));
    const a = replies.find(({ node }) => node.id === "a")?.node;
    if (a === undefined) throw new Error("node a was not asked");
    await owe(a, new Set());
    expect(owed(memory)).toEqual([]);
    await owe(a, new Set(["c"]));
    expect(owed(memory)).toEqual([{ node: "a", shard: 1, ids: ["y"] }]);
  });

  it("records what an acknowledging node lost afterwards also where nobody has it and another owes it", async () => {
    const memory = await start(failing("b", failure("unreachable")));
    const { owe, replies, isOwed } = acknowledged(await memory.write());
    const a = replies.find(({ node }) => node.id === "a")?.node;
    if (a === undefined) throw new Error("node a was not asked");
    expect(isOwed).toBe(true);
    await owe(a, new Set());
    expect(owed(memory).map(({ node }) => node)).toEqual(["b", "a"]);
  });

  it("puts its metadata on no body by itself", async () => {
    const memory = await start(enqueueing());
    expect(metaOf(await memory.write())).toBeUndefined();
  });
});
