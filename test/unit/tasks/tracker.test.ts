import { describe, expect, it, onTestFinished } from "vitest";
import type { JsonObject, NodeInfo } from "../../../src/core/types.ts";
import type { Outcome } from "../../../src/execute/attempt.ts";
import { Operator } from "../../../src/execute/operator.ts";
import { TaskHighWater } from "../../../src/execute/task-high-water.ts";
import { type OtherTasks, TaskTracker } from "../../../src/tasks/tracker.ts";
import type { VirtualTask } from "../../../src/tasks/virtual-task.ts";
import { FakeClock, settle } from "../../support/fake-clock.ts";
import { answer, failure, MemoryTransport, memoryNode, type Reaction } from "../../support/memory-transport.ts";

const nodes = ["a", "b"].map((id) => memoryNode(id));

/** What each node says of its task number 5. */
type Says = Record<string, string | null | Reaction>;

/** Whether a change can do without its silent nodes, or why that could not be written down. */
type Forgoing = () => Promise<boolean>;

function setUp(says: Says, more: Partial<VirtualTask> = {}, others?: OtherTasks, forgoing?: Forgoing) {
  const clock = new FakeClock();
  const transport = new MemoryTransport(({ node }) => {
    const said = says[node.id] ?? null;
    if (typeof said === "object" && said !== null) return said;
    if (said === "hang") return "hang";
    return answer(200, { results: said === null ? [] : [nodeTask(said)] });
  });
  const suspects = new Set<string>();
  const recovering = new Set<string>();
  const observed: [string, Outcome][] = [];
  const owed: [string, string[]][] = [];
  const forgone: { taskUid: number; silent: string[]; makers: string[] }[] = [];
  const highWater = new TaskHighWater();
  const tracker = new TaskTracker({
    operator: new Operator({ transport, clock, authorization: undefined }),
    ...{ clock, highWater, timeoutMs: 1000, sweepMs: 1000, keep: 3 },
    ...(others && { others }),
    ...(forgoing && {
      forgo: async ({ taskUid, silent, makers }) => {
        forgone.push({ taskUid, silent: [...silent], makers: [...makers] });
        return forgoing();
      },
    }),
    isSuspect: (node) => suspects.has(node),
    observe: (node, outcome) => observed.push([node, outcome]),
    probe: () => {
      for (const node of recovering) suspects.delete(node);
    },
  });
  onTestFinished(() => tracker.close());
  const task: VirtualTask = {
    head: { uid: 900, indexUid: "movies", type: "documentAdditionOrUpdate", enqueuedAt: "2026-01-01T00:00:00Z" },
    parts: nodes.map((node) => ({ node, taskUid: 5 })),
    shards: [{ nodes: ["a", "b"], required: 1 }],
    copies: 2,
    isMarked: true,
    owe: async (node, holders) => {
      owed.push([node.id, [...holders]]);
    },
    ...more,
  };
  return { clock, transport, suspects, recovering, observed, owed, forgone, tracker, task, says, highWater };
}

function nodeTask(status: string): JsonObject {
  const error = status === "failed" ? { message: "no", code: "internal", type: "internal", link: "" } : null;
  return { uid: 5, status, customMetadata: "miroir:900", error, details: {} };
}

const statusOf = async (tracker: TaskTracker) => (await tracker.view(900))?.["status"];

describe("TaskTracker", () => {
  it("knows nothing of numbers it did not give", async () => {
    expect(await setUp({}).tracker.view(1)).toBeUndefined();
  });

  it("asks every node once about its own tasks, and shows the furthest behind", async () => {
    const { tracker, task, transport } = setUp({ a: "succeeded", b: "processing" });
    tracker.add(task);
    expect(await statusOf(tracker)).toBe("processing");
    expect(transport.sent.map(({ node, path, query }) => [node.id, path, query])).toEqual([
      ["a", "tasks", "uids=5&limit=1"],
      ["b", "tasks", "uids=5&limit=1"],
    ]);
  });

  it("learns the highest task of each node", () => {
    const { tracker, task, highWater } = setUp({});
    tracker.add(task);
    expect(nodes.map((node: NodeInfo) => highWater.of(node))).toEqual([5, 5]);
    expect(highWater.of(memoryNode("c"))).toBe(-1);
  });

  it("shares one round of questions between all who ask meanwhile", async () => {
    const { tracker, task, transport } = setUp({ a: "processing", b: "processing" });
    tracker.add(task);
    await Promise.all([tracker.view(900), tracker.view(900), tracker.views()]);
    expect(transport.sent).toHaveLength(2);
  });

  it("does not ask again once the task has ended", async () => {
    const { tracker, task, transport } = setUp({ a: "succeeded", b: "succeeded" });
    tracker.add(task);
    expect(await statusOf(tracker)).toBe("succeeded");
    expect(await statusOf(tracker)).toBe("succeeded");
    expect(transport.sent).toHaveLength(2);
  });

  it.each([
    ["failed", "failed"],
    ["was canceled", "canceled"],
    ["forgot it", null],
  ])("records what a replica owes that %s after it acknowledged, before it shows success", async (_name, status) => {
    const { tracker, task, owed } = setUp({ a: status, b: "succeeded" });
    tracker.add(task);
    expect(await statusOf(tracker)).toBe("succeeded");
    expect(owed).toEqual([["a", ["b"]]]);
  });

  it("records nothing when every owner failed alike, and shows the failure", async () => {
    const { tracker, task, owed } = setUp({ a: "failed", b: "failed" });
    tracker.add(task);
    expect(await tracker.view(900)).toMatchObject({ status: "failed", error: { code: "internal" } });
    expect(owed).toEqual([]);
  });

  it("records what a replica owes that failed, also when the task has failed before another replica did it", async () => {
    const shards = [{ nodes: ["a", "b"], required: 2 }];
    const { tracker, task, owed, says, clock, transport } = setUp({ a: "failed", b: "enqueued" }, { shards });
    tracker.add(task);
    expect(await statusOf(tracker)).toBe("failed");
    expect(owed).toEqual([]);
    says["b"] = "succeeded";
    await clock.advance(1000);
    expect(owed).toEqual([["a", ["b"]]]);
    expect(await statusOf(tracker)).toBe("failed");
    const asked = transport.sent.length;
    await clock.advance(10_000);
    expect(transport.sent).toHaveLength(asked);
  });

  it("fails when every node forgot the write", async () => {
    const { tracker, task } = setUp({ a: null, b: null });
    tracker.add(task);
    expect(await tracker.view(900)).toMatchObject({ status: "failed", error: { code: "miroir_no_quorum" } });
  });

  it("takes another's task under the same number for a forgotten one", async () => {
    const { tracker, task, owed } = setUp({
      a: answer(200, { results: [{ ...nodeTask("succeeded"), customMetadata: "miroir:9001" }] }),
      b: "succeeded",
    });
    tracker.add(task);
    await tracker.view(900);
    expect(owed).toEqual([["a", ["b"]]]);
  });

  it("waits for a node that does not answer, tells of it, and goes on without it once it is known to be down", async () => {
    const { tracker, task, observed, suspects, owed, clock, transport } = setUp({ a: "hang", b: "succeeded" });
    tracker.add(task);
    const view = statusOf(tracker);
    await clock.advance(1000);
    expect(await view).not.toBe("succeeded");
    expect(observed[0]).toMatchObject(["a", { kind: "unknown", silentMs: 1000 }]);
    suspects.add("a");
    const before = transport.asked.filter((id) => id === "a").length;
    await clock.advance(0);
    expect(await statusOf(tracker)).toBe("succeeded");
    expect(transport.asked.filter((id) => id === "a")).toHaveLength(before);
    expect(owed).toEqual([["a", ["b"]]]);
  });

  it("has suspects probed, and goes on with a node that recovered though nobody makes another call", async () => {
    const { tracker, task, suspects, recovering } = setUp({ a: "succeeded", b: "succeeded" });
    for (const { id } of nodes) suspects.add(id);
    tracker.add(task);
    expect(await statusOf(tracker)).toBe("enqueued");
    for (const { id } of nodes) recovering.add(id);
    expect(await statusOf(tracker)).toBe("succeeded");
  });

  it("does not show success while the debt could not be stored, and tries again", async () => {
    let isStoreUp = false;
    const owe = async () => {
      if (!isStoreUp) throw new Error("no store");
    };
    const { tracker, task } = setUp({ a: "failed", b: "succeeded" }, { owe });
    tracker.add(task);
    await expect(tracker.view(900)).rejects.toThrow("no store");
    isStoreUp = true;
    expect(await statusOf(tracker)).toBe("succeeded");
  });

  it("keeps of a finished task what it is shown and cited by, and nothing that grows with the write", async () => {
    const { tracker, task } = setUp({ a: "succeeded", b: "succeeded" });
    tracker.add({ ...task, index: "movies", touched: { shards: "*", of: 64 } });
    expect(await statusOf(tracker)).toBe("succeeded");
    const { head, parts, copies, isMarked } = task;
    expect(tracker.own(900)).toEqual({
      ...{ head, parts, copies, isMarked },
      ...{ index: "movies", touched: { shards: "*", of: 64 } },
    });
  });

  describe("following a change that every node makes alike", () => {
    const change = { what: "Changing settings", matters: [{ matter: "index", name: "movies" }], stamp: "" } as const;

    function follow(says: Says, forgoing: Forgoing, own: Partial<VirtualTask> = { change }) {
      const made = setUp(says, { ...own, isMarked: false }, undefined, forgoing);
      const { shards: _shards, owe: _owe, ...task } = made.task;
      made.tracker.add(task);
      return made;
    }

    it("goes on without a node that is known to be down once the others have made it, and writes that down first", async () => {
      const { tracker, suspects, says, forgone } = follow({ a: "succeeded", b: "processing" }, async () => true);
      suspects.add("a");
      expect(await statusOf(tracker)).toBe("processing");
      expect(forgone).toEqual([]);
      says["b"] = "succeeded";
      expect(await statusOf(tracker)).toBe("succeeded");
      expect(forgone).toEqual([{ taskUid: 900, silent: ["a"], makers: ["b"] }]);
    });

    it("waits while nobody says that a silent node is down, and when the others are too few", async () => {
      const { tracker, suspects, forgone } = follow({ a: failure("bad-answer"), b: "succeeded" }, async () => false);
      expect(await statusOf(tracker)).not.toBe("succeeded");
      expect(forgone).toEqual([]);
      suspects.add("a");
      expect(await statusOf(tracker)).not.toBe("succeeded");
      expect(forgone).toHaveLength(1);
    });

    it("stays open while that could not be written down, and tries again", async () => {
      let isStoreUp = false;
      const { tracker, suspects } = follow({ a: null, b: "succeeded" }, async () => {
        if (!isStoreUp) throw new Error("no store");
        return true;
      });
      suspects.add("a");
      await expect(tracker.view(900)).rejects.toThrow("no store");
      isStoreUp = true;
      expect(await statusOf(tracker)).toBe("succeeded");
    });

    it("fails as soon as one node could not make it, and waits for every node that answers", async () => {
      const failing = follow({ a: null, b: "failed" }, async () => true);
      failing.suspects.add("a");
      expect(await statusOf(failing.tracker)).toBe("failed");
      const forgetful = follow({ a: null, b: "succeeded" }, async () => true);
      expect(await statusOf(forgetful.tracker)).not.toBe("succeeded");
      expect([...failing.forgone, ...forgetful.forgone]).toEqual([]);
    });

    it("waits for a node that is down when nothing makes up for the change", async () => {
      const { tracker, suspects, forgone } = follow({ a: null, b: "succeeded" }, async () => true, {});
      suspects.add("a");
      expect(await statusOf(tracker)).not.toBe("succeeded");
      expect(forgone).toEqual([]);
    });
  });

  it("settles a task in the background, and then rests", async () => {
    const setup = setUp({ a: "processing", b: "succeeded" });
    const { tracker, task, owed, clock, transport, says } = setup;
    tracker.add(task);
    await clock.advance(1000);
    expect(owed).toEqual([]);
    says["a"] = "failed";
    await clock.advance(1000);
    expect(owed).toEqual([["a", ["b"]]]);
    const asked = transport.sent.length;
    await clock.advance(10_000);
    expect(transport.sent).toHaveLength(asked);
    expect(clock.pending).toBe(0);
  });

  it("begins its rounds again for a task that is added at any moment while it comes to rest", async () => {
    for (let moment = 0; moment < 30; moment++) {
      const { tracker, task, owed, clock } = setUp({ a: "failed", b: "succeeded" });
      const again = { ...task, head: { ...task.head, uid: 9 }, isMarked: false };
      const addLater = async () => {
        for (let count = 0; count < moment; count++) await undefined;
        tracker.add(again);
      };
      tracker.add({
        ...task,
        onSettled: async () => {
          addLater().catch(() => undefined);
        },
      });
      await clock.advance(1000);
      await clock.advance(1000);
      expect(owed, `added after ${moment} microtasks`).toHaveLength(2);
    }
  });

  it("runs onSettled once, before it shows the end, and again when it failed", async () => {
    const seen: unknown[] = [];
    const { tracker, task } = setUp(
      { a: "succeeded", b: "succeeded" },
      {
        onSettled: async (view) => {
          seen.push(view["status"]);
          if (seen.length === 1) throw new Error("not yet");
        },
      },
    );
    tracker.add(task);
    await expect(tracker.view(900)).rejects.toThrow("not yet");
    expect(await statusOf(tracker)).toBe("succeeded");
    await tracker.view(900);
    expect(seen).toEqual(["succeeded", "succeeded"]);
  });

  it("forgets the oldest finished tasks beyond its limit, newest first in lists, and never an open one", async () => {
    const { tracker, task } = setUp({ a: "processing", b: "processing" });
    tracker.add(task);
    for (const uid of [901, 902, 903, 904]) tracker.addFinished({ uid, status: "failed" }, { ...task.head, uid });
    expect((await tracker.views()).map((view) => view["uid"])).toEqual([904, 903, 900]);
  });

  it("ends its rounds when it is closed, and asks nobody any more", async () => {
    const { tracker, task, clock, transport } = setUp({ a: "processing", b: "processing" });
    tracker.add(task);
    await settle();
    await tracker.close();
    await clock.advance(10_000);
    expect(transport.sent).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("lets a view fail no other: a node that answers nonsense is only not known", async () => {
    const { tracker, task } = setUp({ a: failure("bad-answer"), b: "succeeded" });
    tracker.add(task);
    expect(await statusOf(tracker)).not.toBe("succeeded");
  });

  it("knows who canceled tasks by the time it shows any of them, however long it takes to find out", async () => {
    let isTold = false;
    const { tracker, task, says } = setUp(
      { a: "processing", b: "processing" },
      {},
      {
        announce: async () => [],
        find: async () => undefined,
        async news() {
          if (isTold) return [];
          isTold = true;
          for (let turn = 0; turn < 50; turn++) await undefined;
          const head = { uid: 950, indexUid: null, type: "taskCancelation", enqueuedAt: "2026-01-01T00:00:00Z" };
          return [{ task: { head, parts: [], targets: [900, 901] }, answers: new Map() }];
        },
      },
    );
    tracker.add({ ...task, isMarked: false });
    tracker.add({ ...task, isMarked: false, head: { ...task.head, uid: 901 } });
    Object.assign(says, { a: "canceled", b: "canceled" });
    const views = await Promise.all([tracker.view(900), tracker.view(901)]);
    expect(views.map((view) => [view?.["status"], view?.["canceledBy"]])).toEqual([
      ["canceled", 950],
      ["canceled", 950],
    ]);
  });
});
