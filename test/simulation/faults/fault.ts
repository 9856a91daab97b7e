import type { Fate } from "../cluster/network.ts";
import type { SimulatedNode } from "../cluster/simulated-node.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Wire } from "../cluster/wire.ts";
import type { Chance } from "../kernel/chance.ts";
import type { StoreServer } from "../store/store-server.ts";
import type { Caretaker } from "../workload/caretaker.ts";

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
  /** Whether the store may lose its latest data now. */
  mayRollBack(): boolean;
  /** Who puts right what nothing else does. */
  readonly care: Pick<Caretaker, "rebuild" | "recover">;
}

/** A fault under way; ending it twice does nothing. */
export type Mend = () => void;

/** A fault that has begun, and how long it lasts, in milliseconds; undefined when it could not. */
export type Begun = { readonly lastsMs: number; readonly mend: Mend } | undefined;

/** What may become of requests. */
export const TROUBLES: readonly Exclude<Fate, "answered">[] = [
  ...(["lost request", "lost answer", "late", "late", "overloaded"] as const),
  ...(["throttled", "proxy before", "proxy after"] as const),
];

export function anyNode({ nodesById }: Wire, chance: Chance): SimulatedNode {
  return chance.pick([...nodesById.values()]);
}

export function mendAll(wire: Wire, mends: readonly Mend[]): void {
  for (const mend of mends) mend();
  wire.history.note("links are mended");
}
