import { STATE_INDEX } from "../../../src/execute/state-index.ts";
import type { SeenNode } from "../../../src/execute/task-high-water.ts";
import type { SimulatedNode } from "../cluster/simulated-node.ts";
import type { Wire } from "../cluster/wire.ts";
import type { Chance } from "../kernel/chance.ts";
import type { StoreServer } from "../store/store-server.ts";
import { anyNode, type Begun, type Victims } from "./fault.ts";

export function crash({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  if (!node.isUp) return undefined;
  wire.history.noteFault("crash", node.id);
  node.crash();
  return { lastsMs: chance.between(300, 9000), mend: () => bringBack(wire, node) };
}

export function crashAtWrite({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  node.crashAtWrite = chance.pick(["before", "after"] as const);
  return {
    lastsMs: chance.between(1000, 6000),
    mend: () => {
      node.crashAtWrite = undefined;
      bringBack(wire, node);
    },
  };
}

export function loseData({ wire, mayLoseData, care }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  if (!node.isUp || !mayLoseData(node)) return undefined;
  wire.history.noteFault("comes back empty", node.id);
  node.crash();
  return {
    lastsMs: chance.between(300, 4000),
    mend: () => {
      const isLost = mayLoseData(node); // unless another did meanwhile
      if (isLost) node.loseData();
      bringBack(wire, node);
      if (isLost) care.rebuild(node.id);
    },
  };
}

/**
 * Restored from a snapshot of a while ago, of the same epoch mostly. It is away for so long that processes write down what
 * they had seen of it; where none could, nobody can tell that it is old, and it comes back as it was.
 */
export function comeBackOld({ wire, store, mayLoseData, care }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  if (!node.isUp || !mayLoseData(node)) return undefined;
  const [backup, latestTask] = [node.backup(), node.latestTask];
  const goneMs = chance.between(500, 15_000);
  const awayMs = store === undefined ? 31_000 : 4000;
  let isOver = false;
  const unlessOver = (run: () => void) => () => (isOver ? undefined : run());
  const crashNow = () => {
    node.crash();
    wire.timeline.after(awayMs, () => void comeBack());
  };
  const comeBack = async () => {
    const seen = await highestSeen(node, wire, store);
    if (isOver) return;
    if (seen > latestTask && mayLoseData(node)) {
      wire.history.noteFault("comes back old", node.id);
      node.restore(backup);
      care.rebuild(node.id);
    }
    bringBack(wire, node);
  };
  wire.timeline.after(goneMs, unlessOver(crashNow));
  return {
    lastsMs: goneMs + awayMs + 1,
    mend: () => {
      isOver = true;
      bringBack(wire, node);
    },
  };
}

/** The highest task of a node that somebody wrote down. */
async function highestSeen({ id }: SimulatedNode, wire: Wire, store: StoreServer | undefined): Promise<number> {
  const record = `seen_${id}`;
  const stored = (await store?.local.get(`record/${record}`))?.value as { readonly value: SeenNode } | undefined;
  if (stored !== undefined) return stored.value.taskUid;
  const kept = [...wire.nodesById.values()].map((node) =>
    node.document<{ readonly value: string }>(STATE_INDEX, record),
  );
  const known = kept.flatMap((found) => (found === undefined ? [] : [JSON.parse(found.value) as SeenNode]));
  return Math.max(-1, ...known.map(({ taskUid }) => taskUid));
}

function bringBack(wire: Wire, node: SimulatedNode): void {
  if (node.isUp) return;
  wire.history.note(`${node.id} is back`);
  node.restart();
}

export function slowQueue({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  const slowest = chance.pick([300, 900, 2500]);
  node.taskMs = [slowest / 3, slowest];
  wire.history.noteFault("slow queue", `${node.id} up to ${slowest} ms a task`);
  return {
    lastsMs: chance.between(1000, 8000),
    mend: () => node.speedUp(),
  };
}

/** A task that takes as long as a large batch does: what was acknowledged after it is not to be seen for a while. */
export function stallQueue({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  const taskMs = chance.between(2000, 10_000);
  node.taskMs = [taskMs, taskMs];
  wire.history.noteFault("stalled queue", `${node.id} ${taskMs.toFixed(0)} ms for a task`);
  return {
    lastsMs: chance.between(200, 3000),
    mend: () => node.speedUp(),
  };
}

/** On one node, or on all but one. */
export function failTasks({ wire }: Victims, chance: Chance): Begun {
  const one = anyNode(wire, chance);
  const others = [...wire.nodesById.values()].filter((node) => node !== one);
  const failing = chance.happens(0.25) ? others : [one];
  const rate = chance.pick([0.3, 1]);
  for (const node of failing) node.failureRate = rate;
  return {
    lastsMs: chance.between(500, 4000),
    mend: () => {
      for (const node of failing) node.failureRate = 0;
    },
  };
}
