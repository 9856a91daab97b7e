import { TOPOLOGY } from "../../../src/execute/topology-in-store.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Chance } from "../kernel/chance.ts";
import { STORE } from "../store/store-server.ts";
import { DRIVER } from "../workload/owners.ts";
import { type Begun, type Mend, mendAll, type Victims } from "./fault.ts";

/** How long a process stands still at most, in milliseconds: where nothing tells it that it did. */
const USUAL_PAUSE_MS = 800;

/** And where a lease makes more safe: for less, or for so long that others go on without it. */
const LONG_PAUSES_MS: readonly (readonly [number, number])[] = [
  [800, 9000],
  [11_000, 30_000],
];

export function pause(victims: Victims, chance: Chance): Begun {
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
export function pauseDriver({ wire, processes }: Victims, chance: Chance): Begun {
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
export function pauseAtWrite(victims: Victims, chance: Chance): Begun {
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
export function isolateAtWrite(victims: Victims, chance: Chance): Begun {
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

export function kill(victims: Victims, chance: Chance): Begun {
  const process = anyProcess(victims, chance);
  if (process === undefined) return undefined;
  victims.wire.history.noteFault("kill", process.name);
  victims.kill(process, chance.between(200, 4000));
  return undefined;
}

export function jumpClock(victims: Victims, chance: Chance): Begun {
  const process = anyProcess(victims, chance);
  if (process === undefined) return undefined;
  process.clock.offsetMs += chance.between(-8000, 8000);
  victims.wire.history.noteFault("clock jump", `${process.name} to ${process.clock.offsetMs.toFixed(0)} ms off`);
  return undefined;
}

/** One process, which goes on with what it knows: for longer than its lease lasts, at times. */
export function cutFromStore(victims: Victims, chance: Chance): Begun {
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

/** One process, just when another has written down what a replica owes. */
export function cutAtDebt(victims: Victims, chance: Chance): Begun {
  return cutAtCommit(victims, chance, { key: "record/debt", what: "a debt" });
}

/** One process, just when another topology has come into force. */
export function cutAtTopology(victims: Victims, chance: Chance): Begun {
  return cutAtCommit(victims, chance, { key: TOPOLOGY, what: "a topology" });
}

/** From the store, before it hears of a commit: for as long as it may work all the same, and some more. */
function cutAtCommit(
  { wire, store, processes, tempt }: Victims,
  chance: Chance,
  { key, what }: { readonly key: string; readonly what: string },
): Begun {
  if (store === undefined) return undefined;
  const lastsMs = chance.between(9000, 16_000);
  const mends: Mend[] = [];
  const stop = store.listen((keys) => {
    const living = processes();
    if (keys?.some((each) => each.startsWith(key)) !== true || living.length === 0 || chance.happens(0.3)) return;
    stop();
    const process = chance.pick(living);
    const link = { process: process.name, node: STORE };
    mends.push(wire.network.block(link, "requests"), wire.network.block(link, "answers"));
    wire.history.noteFault(`cut from the store at ${what}`, process.name);
    tempt(process, lastsMs);
  });
  return {
    lastsMs,
    mend: () => {
      stop();
      mendAll(wire, mends);
    },
  };
}

function anyProcess({ processes }: Victims, chance: Chance): SimulatedProcess | undefined {
  const living = processes();
  return living.length === 0 ? undefined : chance.pick(living);
}
