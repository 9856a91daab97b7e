import type { Topology } from "../../cluster/topology.ts";
import { clientClosed } from "../../core/client-closed.ts";
import type { Clock } from "../../util/clock.ts";
import { EpochsInUse } from "./epochs-in-use.ts";
import { LiveTopology } from "./live-topology.ts";
import { Operation } from "./operation.ts";
import { type CommitWatch, NO_COMMITS } from "./store-history.ts";
import type { Begin } from "./while-used.ts";

/** What this process knows of the cluster's topology, and its right to work with it. */
export interface ClusterView {
  readonly live: LiveTopology;
  /** Makes sure of the right to work, where one is needed and can be had at once; undefined when there is nothing to wait for. */
  ready(): Promise<void> | undefined;
  /** Begins a call under the topology in force. */
  begin(): Operation;
  /** Looks at the topology in force now, rather than when it is due. */
  refresh(): Promise<void>;
  /** Lets writers go on whom a change of owners holds that nobody drives any more. */
  liftAbandonedHold(signal: AbortSignal): Promise<void>;
  /** How long the topology has been taken on trust, in milliseconds: 0 while this process has the right to work. */
  readonly staleMs: number;
  /** Learns what the store shows of its commits, by which this process knows one that went back. */
  readonly commits: CommitWatch;
  /** Milliseconds since 1970 by the clock that all processes of the cluster share as far as they can. */
  now(): number;
  /** Has something go on while calls come, such as a watch: a process that nobody calls waits for nothing. */
  whileUsed(begin: Begin): void;
  close(): Promise<void>;
}

/** The view of a cluster whose topology never changes. */
export function fixedView(topology: Topology, clock: Pick<Clock, "now">): ClusterView {
  const live = new LiveTopology(topology);
  const epochs = new EpochsInUse(() => undefined);
  const context = { live, epochs, isLeased: false, lease: () => undefined, refusal: clientClosed };
  return {
    live,
    ready: () => undefined,
    refresh: () => Promise.resolve(),
    commits: NO_COMMITS,
    liftAbandonedHold: () => Promise.resolve(),
    begin: () => new Operation(context),
    staleMs: 0,
    now: () => clock.now(),
    whileUsed: () => undefined, // the nodes tell nobody of changes
    close: () => Promise.resolve(),
  };
}
