import type { Troubles } from "../cluster/network.ts";
import type { Chance } from "../kernel/chance.ts";
import { STORE } from "../store/store-server.ts";
import { anyNode, type Begun, mendAll, TROUBLES, type Victims } from "./fault.ts";

/** Links between some processes and some nodes. */
interface Links {
  readonly processes: string[];
  readonly nodes: string[];
  /** Whether others may go on without the processes. */
  readonly isLong: boolean;
}

/** Between one process and one node, one process and all nodes, or all processes and one node. */
export function cutLinks(victims: Victims, chance: Chance): Begun {
  const { wire } = victims;
  const { processes, nodes, isLong } = someLinks(victims, chance);
  const mends = processes.flatMap((process) =>
    nodes.flatMap((node) =>
      (["requests", "answers"] as const).map((direction) => wire.network.block({ process, node }, direction)),
    ),
  );
  wire.history.noteFault("partition", `${processes.join(" ")} | ${nodes.join(" ")}`);
  const lastsMs = isLong ? chance.between(12_000, 18_000) : chance.between(200, 7000);
  return { lastsMs, mend: () => mendAll(wire, mends) };
}

export function cutOneWay(victims: Victims, chance: Chance): Begun {
  const { wire } = victims;
  const direction = chance.pick(["requests", "answers"] as const);
  const { processes, nodes } = someLinks(victims, chance);
  const mends = processes.flatMap((process) => nodes.map((node) => wire.network.block({ process, node }, direction)));
  wire.history.noteFault("partition one way", `${direction} ${processes.join(" ")} | ${nodes.join(" ")}`);
  return { lastsMs: chance.between(200, 5000), mend: () => mendAll(wire, mends) };
}

function someLinks({ wire, store, processes }: Victims, chance: Chance): Links {
  const names = processes().map(({ name }) => name);
  const ids = [...wire.nodesById.keys(), ...(store === undefined ? [] : [STORE])];
  const shape = chance.weigh({ "one link": 3, "one process": 1, "one node": 3 });
  return {
    processes: shape === "one node" || names.length === 0 ? names : [chance.pick(names)],
    nodes: shape === "one process" ? ids : [chance.pick(ids)],
    isLong: shape === "one process" && store !== undefined && chance.happens(0.6),
  };
}

export function slowLinks({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  const extraMs = chance.pick([100, 600, 1400]);
  wire.network.slow(node.id, extraMs);
  wire.history.noteFault("slow links", `${node.id} up to ${extraMs} ms`);
  return { lastsMs: chance.between(1000, 6000), mend: () => wire.network.slow(node.id, 0) };
}

/** Between one process and all nodes: what it asks under one topology is answered under the next. */
export function slowProcess({ wire, processes, tempt }: Victims, chance: Chance): Begun {
  const living = processes();
  if (living.length === 0) return undefined;
  const process = chance.pick(living);
  const extraMs = chance.pick([300, 800, 1400]);
  const lastsMs = chance.between(1000, 5000);
  wire.network.slow(process.name, extraMs);
  wire.history.noteFault("slow process", `${process.name} up to ${extraMs} ms`);
  tempt(process, lastsMs);
  return { lastsMs, mend: () => wire.network.slow(process.name, 0) };
}

export function troubleRequests({ wire }: Victims, chance: Chance): Begun {
  const node = anyNode(wire, chance);
  const rate = chance.pick([0.1, 0.25, 0.6]);
  const troubles: Troubles = { [chance.pick(TROUBLES)]: rate, [chance.pick(TROUBLES)]: rate / 2 };
  wire.network.trouble(node.id, troubles);
  return { lastsMs: chance.between(500, 5000), mend: () => wire.network.trouble(node.id, undefined) };
}
