import type { Debt } from "../cluster/debt.ts";
import type { Topology } from "../cluster/topology.ts";
import type { DebtEvent, EventBus } from "../core/events.ts";
import type { Meta } from "../core/meta.ts";
import type { ClusterRequest } from "../core/types.ts";
import type { DebtListeners } from "../execute/debt-book.ts";
import type { LiveTopology } from "../execute/view/live-topology.ts";
import { groupBy } from "../util/group-by.ts";

/** Tells of every new topology, and of the change of owners that it begins, continues or ends. */
export function tellTopologies(events: EventBus, live: LiveTopology): void {
  let previous = live.topology;
  live.onChange((topology) => {
    const before = previous;
    previous = topology;
    const nodes = topology.nodes.map(({ id }) => id);
    events.tell("epoch", { epoch: topology.epoch, previousEpoch: before.epoch, nodes });
    tellHold(events, before, topology);
  });
}

function tellHold(events: EventBus, { change: before }: Topology, { change }: Topology): void {
  if (change !== undefined) {
    if (change.phase === before?.phase && change.shards.join() === before.shards.join()) return;
    const { job, phase, shards } = change;
    events.tell("hold", { job, phase, shards });
  } else if (before !== undefined) {
    events.tell("hold", { job: before.job, phase: "released", shards: before.shards });
  }
}

/** Tells of nodes that are not used any more, and of those that are again. */
export function nodeListener(events: EventBus, live: LiveTopology) {
  return (node: string, reason: string | undefined): void => {
    const url = live.nodesById.get(node)?.url ?? "";
    if (reason === undefined) events.tell("nodeUp", { node, url });
    else events.tell("nodeSuspect", { node, url, reason });
  };
}

/** Tells of debts, those of one replica and index together. */
export function debtListeners(events: EventBus): DebtListeners {
  return {
    owed: (debts) => {
      for (const event of debtEvents(debts)) events.tell("debt", event);
    },
    paid: (debts) => {
      for (const event of debtEvents(debts)) events.tell("debtPaid", event);
    },
  };
}

function debtEvents(debts: readonly Debt[]): DebtEvent[] {
  const byReplica = groupBy(debts, ({ index, node }) => `${index}/${node}`);
  return [...byReplica.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { index, node } = first;
    const isAny = own.some(({ ids }) => ids === "all");
    const documents = isAny ? ("all" as const) : own.reduce((sum, { ids }) => sum + ids.length, 0);
    return [{ index, node, shards: [...new Set(own.map(({ shard }) => shard))], documents }];
  });
}

/** The path of a call on an API key, which may hold the key itself. */
const KEY_PATH = /^keys\/.*/;

/** Tells of an answer or a write that is less than whole. */
export function tellDegraded(events: EventBus, { method, path }: ClusterRequest, meta: Meta): void {
  const { reasons, coverage, write } = meta;
  events.tell("degraded", {
    ...{ method, path: path.replace(KEY_PATH, "keys/:key"), reasons },
    ...(coverage === undefined ? {} : { coverage }),
    ...(write === undefined ? {} : { indebted: write.indebted }),
  });
}
