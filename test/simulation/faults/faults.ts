import type { Fate, Troubles } from "../cluster/network.ts";
import type { SimulatedNode } from "../cluster/simulated-node.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Wire } from "../cluster/wire.ts";
import type { Chance } from "../kernel/chance.ts";
import { STORE, type StoreServer } from "../store/store-server.ts";
import { DRIVER } from "../workload/owners.ts";

/** What faults can be done to. */
export interface Victims {
  readonly wire: Wire;
  /** Where the processes share what they know, if that is not on the nodes. */
  readonly store: StoreServer | undefined;
  /** The processes that live. */
  processes(): readonly SimulatedProcess[];
  /** Ends a process; another takes its place after a while. */
  kill(process: SimulatedProcess, absentMs: number): void;
  /** Has the users of a process call now and then for a while, on top of what they do anyway. */
  tempt(process: SimulatedProcess, forMs: number): void;
  /** Whether a node may lose its data now. */
  mayLoseData(node: SimulatedNode): boolean;
}

/** A fault under way; ending it twice does nothing. */
export type Mend = () => void;

type Fault = (victims: Victims, chance: Chance) => { readonly lastsMs: number; readonly mend: Mend } | undefined;

/** A kind of fault. */
export interface FaultKind {
  /** How often it is chosen at any time. */
  readonly weight: number;
  /** How often it is chosen when a job has come to its next step. @default 1 */
  readonly ambush?: number;
  readonly begin: Fault;
}

/** Every kind of fault. */
export const FAULTS: readonly FaultKind[] = [
  { weight: 14, begin: crash },
  { weight: 10, begin: crashAtWrite },
  { weight: 2, begin: loseData },
  { weight: 14, begin: cutLinks },
  { weight: 8, begin: cutOneWay },
  { weight: 14, ambush: 4, begin: slowQueue },
  { weight: 6, ambush: 4, begin: stallQueue },
  { weight: 6, ambush: 4, begin: slowLinks },
  { weight: 20, begin: troubleRequests },
  { weight: 10, begin: failTasks },
  { weight: 6, ambush: 8, begin: pause },
  { weight: 6, ambush: 8, begin: pauseDriver },
  { weight: 6, ambush: 4, begin: pauseAtWrite },
  { weight: 4, ambush: 30, begin: isolateAtWrite },
  { weight: 5, ambush: 3, begin: kill },
  { weight: 4, begin: jumpClock },
  { weight: 6, begin: stopStore },
  { weight: 10, ambush: 8, begin: cutFromStore },
  { weight: 6, begin: troubleStore },
];

/** How long a process stands still at most, in milliseconds: where nothing tells it that it did. */
const USUAL_PAUSE_MS = 800;

/** And where a lease makes more safe: for less, or for so long that others go on without it. */
const LONG_PAUSES_MS: readonly (readonly [number, number])[] = [
  [800, 9000],
  [11_000, 30_000],
];

function crash({ wire }: Victims, chance: Chance): ReturnType<Fault> {
  const node = anyNode(wire, chance);
  if (!node.isUp) return undefined;
  wire.history.noteFault("crash", node.id);
  node.crash();
  return { lastsMs: chance.between(300, 9000), mend: () => bringBack(wire, node) };
}

function crashAtWrite({ wire }: Victims, chance: Chance): ReturnType<Fault> {
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

function loseData({ wire, mayLoseData }: Victims, chance: Chance): ReturnType<Fault> {
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

/** Between one process and one node, one process and all nodes, or all processes and one node. */
function cutLinks(victims: Victims, chance: Chance): ReturnType<Fault> {
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

function cutOneWay(victims: Victims, chance: Chance): ReturnType<Fault> {
  const { wire } = victims;
  const direction = chance.pick(["requests", "answers"] as const);
  const { processes, nodes } = someLinks(victims, chance);
  const mends = processes.flatMap((process) => nodes.map((node) => wire.network.block({ process, node }, direction)));
  wire.history.noteFault("partition one way", `${direction} ${processes.join(" ")} | ${nodes.join(" ")}`);
  return { lastsMs: chance.between(200, 5000), mend: () => mendAll(wire, mends) };
}

/** Links between some processes and some nodes. */
interface Links {
  readonly processes: string[];
  readonly nodes: string[];
  /** Whether others may go on without the processes. */
  readonly isLong: boolean;
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

function mendAll(wire: Wire, mends: readonly Mend[]): void {
  for (const mend of mends) mend();
  wire.history.note("links are mended");
}

function slowQueue({ wire }: Victims, chance: Chance): ReturnType<Fault> {
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
function stallQueue({ wire }: Victims, chance: Chance): ReturnType<Fault> {
  const node = anyNode(wire, chance);
  const taskMs = chance.between(2000, 10_000);
  node.taskMs = [taskMs, taskMs];
  wire.history.noteFault("stalled queue", `${node.id} ${taskMs.toFixed(0)} ms for a task`);
  return {
    lastsMs: chance.between(200, 3000),
    mend: () => node.speedUp(),
  };
}

function slowLinks({ wire }: Victims, chance: Chance): ReturnType<Fault> {
  const node = anyNode(wire, chance);
  const extraMs = chance.pick([100, 600, 1400]);
  wire.network.slow(node.id, extraMs);
  wire.history.noteFault("slow links", `${node.id} up to ${extraMs} ms`);
  return { lastsMs: chance.between(1000, 6000), mend: () => wire.network.slow(node.id, 0) };
}

const TROUBLES: readonly Exclude<Fate, "answered">[] = [
  ...(["lost request", "lost answer", "late", "late", "overloaded"] as const),
  ...(["throttled", "proxy before", "proxy after"] as const),
];

function troubleRequests({ wire }: Victims, chance: Chance): ReturnType<Fault> {
  const node = anyNode(wire, chance);
  const rate = chance.pick([0.1, 0.25, 0.6]);
  const troubles: Troubles = { [chance.pick(TROUBLES)]: rate, [chance.pick(TROUBLES)]: rate / 2 };
  wire.network.trouble(node.id, troubles);
  return { lastsMs: chance.between(500, 5000), mend: () => wire.network.trouble(node.id, undefined) };
}

/** On one node, or on all but one. */
function failTasks({ wire }: Victims, chance: Chance): ReturnType<Fault> {
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

function pause(victims: Victims, chance: Chance): ReturnType<Fault> {
  const process = anyProcess(victims, chance);
  if (process === undefined) return undefined;
  const isLong = victims.store !== undefined && chance.happens(0.6);
  victims.wire.history.noteFault(isLong ? "long pause" : "pause", process.name);
  process.pause();
  return {
    lastsMs: isLong ? chance.between(...chance.pick(LONG_PAUSES_MS)) : chance.between(100, USUAL_PAUSE_MS),
    mend: () => {
      victims.wire.history.note(`${process.name} goes on`);
      process.resume();
    },
  };
}

/** Of a job, at the worst moment, for so long that another takes over: what it is about to send is sent when it goes on. */
function pauseDriver({ wire, processes }: Victims, chance: Chance): ReturnType<Fault> {
  const drivers = processes().filter(({ name }) => name.startsWith(DRIVER));
  if (drivers.length === 0) return undefined;
  const driver = chance.pick(drivers);
  driver.pausesAtWrite = true;
  return {
    lastsMs: chance.between(15_000, 40_000),
    mend: () => {
      driver.pausesAtWrite = false;
      driver.resume();
      wire.history.note(`${driver.name} goes on`);
    },
  };
}

/** Of whoever writes, before a request leaves it, where a lease makes a long pause safe. */
function pauseAtWrite(victims: Victims, chance: Chance): ReturnType<Fault> {
  const process = anyProcess(victims, chance);
  if (process === undefined || victims.store === undefined) return undefined;
  process.pausesAtWrite = true;
  return {
    lastsMs: chance.between(...chance.pick(LONG_PAUSES_MS)),
    mend: () => {
      process.pausesAtWrite = false;
      process.resume();
      victims.wire.history.note(`${process.name} goes on`);
    },
  };
}

/**
 * Of whoever writes, from everything, while its request is on the way: for so long that others go on without it. It meets
 * the store again before it does the nodes.
 */
function isolateAtWrite(victims: Victims, chance: Chance): ReturnType<Fault> {
  const { wire, store } = victims;
  const process = anyProcess(victims, chance);
  if (process === undefined || store === undefined) return undefined;
  const cut = (node: string) => {
    const link = { process: process.name, node };
    return [wire.network.block(link, "requests"), wire.network.block(link, "answers")];
  };
  const [toNodes, toStore]: [Mend[], Mend[]] = [[], []];
  process.onWrite = () => {
    wire.history.noteFault("isolated at a write", process.name);
    toStore.push(...cut(STORE));
    for (const node of wire.nodesById.keys()) toNodes.push(...cut(node));
  };
  const untilNodesMs = chance.between(0, 4000);
  victims.tempt(process, 500);
  return {
    lastsMs: chance.between(12_000, 20_000),
    mend: () => {
      process.onWrite = undefined;
      mendAll(wire, toStore);
      wire.timeline.after(untilNodesMs, () => mendAll(wire, toNodes));
    },
  };
}

function kill(victims: Victims, chance: Chance): ReturnType<Fault> {
  const process = anyProcess(victims, chance);
  if (process === undefined) return undefined;
  victims.wire.history.noteFault("kill", process.name);
  victims.kill(process, chance.between(200, 4000));
  return undefined;
}

function jumpClock(victims: Victims, chance: Chance): ReturnType<Fault> {
  const process = anyProcess(victims, chance);
  if (process === undefined) return undefined;
  process.clock.offsetMs += chance.between(-8000, 8000);
  victims.wire.history.noteFault("clock jump", `${process.name} to ${process.clock.offsetMs.toFixed(0)} ms off`);
  return undefined;
}

function stopStore({ wire, store }: Victims, chance: Chance): ReturnType<Fault> {
  if (store?.isUp !== true) return undefined;
  wire.history.noteFault("store outage", "");
  store.isUp = false;
  return {
    lastsMs: chance.pick([chance.between(200, 3000), chance.between(3000, 20_000)]),
    mend: () => {
      wire.history.note("the store is back");
      store.isUp = true;
    },
  };
}

/** One process, which goes on with what it knows: for longer than its lease lasts, at times. */
function cutFromStore(victims: Victims, chance: Chance): ReturnType<Fault> {
  const { wire, store } = victims;
  const process = anyProcess(victims, chance);
  if (store === undefined || process === undefined) return undefined;
  const link = { process: process.name, node: STORE };
  const mends = [wire.network.block(link, "requests"), wire.network.block(link, "answers")];
  wire.history.noteFault("cut from the store", process.name);
  const lastsMs = chance.pick([chance.between(500, 8000), chance.between(14_000, 45_000)]);
  victims.tempt(process, lastsMs);
  return { lastsMs, mend: () => mendAll(wire, mends) };
}

function troubleStore({ wire, store }: Victims, chance: Chance): ReturnType<Fault> {
  if (store === undefined) return undefined;
  const rate = chance.pick([0.1, 0.4]);
  wire.network.trouble(STORE, { [chance.pick(TROUBLES)]: rate, [chance.pick(TROUBLES)]: rate / 2 });
  wire.network.slow(STORE, chance.pick([0, 80, 400]));
  return {
    lastsMs: chance.between(500, 6000),
    mend: () => {
      wire.network.trouble(STORE, undefined);
      wire.network.slow(STORE, 0);
    },
  };
}

function anyNode({ nodesById }: Wire, chance: Chance): SimulatedNode {
  return chance.pick([...nodesById.values()]);
}

function anyProcess({ processes }: Victims, chance: Chance): SimulatedProcess | undefined {
  const living = processes();
  return living.length === 0 ? undefined : chance.pick(living);
}
