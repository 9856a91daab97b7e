import { isDeepStrictEqual } from "node:util";
import { physicalUid } from "../../cluster/registry.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { ChangeControl } from "../../execute/view/change-control.ts";
import type { Cluster } from "../../routes/cluster.ts";
import type { PrepareOptions } from "../move/prepare-node.ts";
import type { PlanStep } from "../plan/plan.ts";
import { type StepPhase, topologyForPhase, topologyWithoutChange } from "../plan/topology-for-phase.ts";
import type { DriverTerm } from "./driver-term.ts";
import type { JobContext } from "./job-context.ts";
import type { JobLog } from "./job-log.ts";
import { markOf, type NodeFence } from "./node-fence.ts";

/** What a {@link JobRun} works with. */
export interface JobRunOptions {
  readonly context: JobContext;
  readonly term: DriverTerm;
  readonly fence: NodeFence;
  readonly changes: ChangeControl;
  readonly log: JobLog;
  /** Fires when the job shall pause or end. */
  readonly stop: AbortSignal;
}

/** A job under way: what its steps have in common. */
export class JobRun {
  readonly changes: ChangeControl;
  readonly log: JobLog;
  /** Ends what can be left at any time: the job shall pause or end, or the term is over. */
  readonly signal: AbortSignal;
  readonly #options: JobRunOptions;
  /** Since when writers wait. */
  #heldSince: number | undefined;

  constructor(options: JobRunOptions) {
    this.#options = options;
    this.changes = options.changes;
    this.log = options.log;
    this.signal = AbortSignal.any([options.stop, options.term.signal]);
  }

  /** The same job, deaf to what it was asked for. */
  unstopped(): JobRun {
    return new JobRun({ ...this.#options, stop: new AbortController().signal });
  }

  get clock(): JobContext["clock"] {
    return this.#options.context.clock;
  }

  /** Ends what must come to its end even if the job shall pause. */
  get termSignal(): AbortSignal {
    return this.#options.term.signal;
  }

  /** What everything carries that the job writes. */
  get mark(): string {
    return markOf(this.log.job.id, this.#options.term);
  }

  /** How nodes are prepared: drivers' keys are theirs alone. */
  get preparation(): PrepareOptions {
    return { withoutKeys: this.#options.fence.keys, signal: this.signal };
  }

  /** The cluster as it is now, with the operator's key: for what only it may do. */
  operated(): Promise<Cluster> {
    return this.#options.context.session.cluster();
  }

  /** The cluster as it is now, with the key of the driver's term. */
  async cluster(): Promise<Cluster> {
    return this.#options.fence.asDriver(await this.operated());
  }

  /**
   * Makes nodes safe to work with.
   * @throws OperatorCallFailed for one that cannot be asked
   */
  async admit(nodes: readonly (NodeInfo | string)[]): Promise<void> {
    const cluster = await this.operated();
    const infos = nodes.flatMap((node) => (typeof node === "string" ? (cluster.nodesById.get(node) ?? []) : node));
    await this.#options.fence.admit(cluster, infos, this.signal);
  }

  /** Brings a step into a phase, unless it is there. */
  async enter(step: PlanStep, phase: StepPhase): Promise<void> {
    const topology = await this.changes.current();
    const next = topologyForPhase(topology, { job: this.log.job.id, step, phase });
    if (isDeepStrictEqual(next, { ...topology, epoch: next.epoch })) return;
    await this.changes.publish(next);
    this.#noteHold(phase);
  }

  #noteHold(phase: StepPhase): void {
    if (phase === "holding") this.#heldSince = this.clock.monotonic();
    if (phase === "holding" || phase === "switched" || this.#heldSince === undefined) return;
    this.log.held(this.clock.monotonic() - this.#heldSince);
    this.#heldSince = undefined;
  }

  /** Whether a node leaves the cluster and does not answer: nobody waits for it any more. */
  isGone({ health }: Cluster, node: string): boolean {
    return health.isSuspect(node) && this.log.job.plan.target.nodes.every(({ id }) => id !== node);
  }

  /** Lets everybody work again: no shard is copying, or held. A step that was switched has to be released instead. */
  async clearChange(): Promise<void> {
    const topology = await this.changes.current();
    if (topology.change !== undefined) await this.changes.publish(topologyWithoutChange(topology));
  }

  /** Physical uids of every index there is. */
  async indexes({ registry }: Cluster): Promise<string[]> {
    return (await registry.list()).map(physicalUid);
  }
}
