import type { Matters } from "../cluster/missed.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, NodeInfo } from "../core/types.ts";
import { attempt, describeAttempt, type Outcome } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { canDoWithout, holdEveryShard, nodesToAsk, writeDownMissed } from "./missing-nodes.ts";
import { describeFailures } from "./read.ts";
import { requestBudgetMs } from "./request-budget.ts";

/** A change that a node makes before it answers, such as creating an API key; every node must make it. */
export interface ImmediateChange {
  /** What is done, as the subject of a sentence: "Creating an API key". */
  readonly what: string;
  readonly call: CallOptions;
  /** What a node that is away must be given when it is back. */
  readonly matters: Matters;
  /** What to do when only some nodes did it, as a sentence. */
  readonly remedy: string;
  /** The node that is asked first, when it is there; the first of the topology unless told. */
  readonly first?: NodeInfo;
  request(node: NodeInfo): NodeRequest;
  /** Refusals of nodes that are already as they should be. */
  isDone?(response: NodeResponse): boolean;
}

/** What the nodes answered in their order, or the refusal of the one that was asked first. */
export type ImmediateResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | { readonly kind: "done"; readonly responses: readonly NodeResponse[] };

/** Lane of the changes that belong to no index: one after the other, in call order. */
const LANE = " administration";

/**
 * Lets one node judge and make a change, then has all others make it; those that are away are given it when they are back.
 * @throws MiroirError `miroir_no_quorum` when too few nodes are there (nothing was changed) or did it (the sentence says which)
 */
export function changeEveryNode(
  cluster: Cluster,
  request: ClusterRequest,
  change: ImmediateChange,
): Promise<ImmediateResult> {
  return cluster.intake.run(LANE, async () => {
    request.signal?.throwIfAborted();
    const asked = await nodesToAsk(cluster, change);
    const { clock, options } = cluster;
    const deadline = Deadline.start(clock, requestBudgetMs(change.call, options));
    try {
      return await new Round(cluster, change, deadline).run(asked);
    } finally {
      deadline.end();
    }
  });
}

interface Reply {
  readonly node: NodeInfo;
  readonly request: NodeRequest;
  readonly outcome: Outcome;
  readonly isDone: boolean;
}

/** One change on its way through the nodes. */
class Round {
  readonly #cluster: Cluster;
  readonly #change: ImmediateChange;
  readonly #deadline: Deadline;

  constructor(cluster: Cluster, change: ImmediateChange, deadline: Deadline) {
    this.#cluster = cluster;
    this.#change = change;
    this.#deadline = deadline;
  }

  async run(asked: readonly NodeInfo[]): Promise<ImmediateResult> {
    const { first } = this.#change;
    const order = first !== undefined && asked.includes(first) ? [first, ...asked.filter((n) => n !== first)] : asked;
    const replies: Reply[] = [];
    for (const node of order) {
      const judged = await this.#ask(node);
      if (judged.outcome.kind === "answered" && !judged.isDone) return this.#refused(judged.outcome.response, replies);
      replies.push(judged);
      if (judged.isDone || !this.#mayLose(asked, replies)) break;
    }
    const others = replies.at(-1)?.isDone === true ? order.slice(replies.length) : [];
    replies.push(...(await Promise.all(others.map((node) => this.#ask(node)))));
    return this.#done(asked, replies);
  }

  async #ask(node: NodeInfo): Promise<Reply> {
    const { transport, clock, health } = this.#cluster;
    const request = this.#change.request(node);
    const { signal, remainingMs } = this.#deadline;
    const outcome = await attempt(request, { transport, clock, signal, timeoutMs: remainingMs });
    health.observe(node.id, outcome);
    const response = outcome.kind === "answered" ? outcome.response : undefined;
    const isDone = response !== undefined && (response.status < 400 || this.#change.isDone?.(response) === true);
    return { node, request, outcome, isDone };
  }

  /** Whether the others are enough when those that were asked in vain are left out. */
  #mayLose(asked: readonly NodeInfo[], failed: readonly Reply[]): boolean {
    const others = asked.filter((node) => !failed.some((reply) => reply.node === node));
    return canDoWithout(this.#cluster, this.#change) && holdEveryShard(this.#cluster, others);
  }

  /** A node that may have made what another refused is put right later. */
  async #refused(response: NodeResponse, failed: readonly Reply[]): Promise<ImmediateResult> {
    const mayHave = idsOfUnknown(failed);
    const doers = this.#cluster.topology.nodes.filter(({ id }) => !mayHave.has(id));
    const { what, matters } = this.#change;
    await writeDownMissed(this.#cluster, { what, matters, doers, mayHave });
    return { kind: "refused", response };
  }

  async #done(asked: readonly NodeInfo[], replies: readonly Reply[]): Promise<ImmediateResult> {
    const failed = replies.filter(({ isDone }) => !isDone);
    const doers = replies.filter(({ isDone }) => isDone).map(({ node }) => node);
    const isRefused = failed.some(({ outcome }) => outcome.kind === "answered");
    if (failed.length > 0 && (isRefused || !this.#mayLose(asked, failed))) throw halfDone(this.#change, replies);
    const { what, matters } = this.#change;
    await writeDownMissed(this.#cluster, { what, matters, doers, mayHave: idsOfUnknown(failed) });
    return { kind: "done", responses: answersOf(doers, replies) };
  }
}

function idsOfUnknown(replies: readonly Reply[]): ReadonlySet<string> {
  const unsure = replies.filter(({ outcome: { kind } }) => kind !== "unreachable" && kind !== "overloaded");
  return new Set(unsure.map(({ node }) => node.id));
}

function answersOf(nodes: readonly NodeInfo[], replies: readonly Reply[]): NodeResponse[] {
  return nodes.flatMap((node) => {
    const outcome = replies.find((reply) => reply.node === node)?.outcome;
    return outcome?.kind === "answered" ? [outcome.response] : [];
  });
}

function halfDone({ what, remedy }: ImmediateChange, replies: readonly Reply[]): MiroirError {
  const attempts = replies
    .filter((reply) => !reply.isDone)
    .map(({ request, outcome }) => describeAttempt(request, outcome));
  const done = replies.filter(({ isDone }) => isDone).map(({ node }) => `\`${node.id}\``);
  const who = done.length === 0 ? "No node is known to have done it" : `Only ${done.join(", ")} did it`;
  const message = `${what} needs every node: ${describeFailures(attempts)}. ${who}. ${remedy}`;
  return new MiroirError("miroir_no_quorum", message, { status: 503, attempts });
}
