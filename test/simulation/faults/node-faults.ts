import type { SimulatedNode } from "../cluster/simulated-node.ts";
import type { Wire } from "../cluster/wire.ts";
import type { Chance } from "../kernel/chance.ts";
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

export function loseData({ wire, mayLoseData }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  if (!node.isUp || !mayLoseData(node)) return undefined;
  wire.history.noteFault("comes back empty", node.id);
  node.crash();
  return {
    lastsMs: chance.between(300, 4000),
    mend: () => {
      node.loseData();
      bringBack(wire, node);
    },
  };
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
