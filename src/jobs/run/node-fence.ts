import { z } from "zod";
import { MiroirError } from "../../core/errors.ts";
import type { JsonValue, NodeInfo } from "../../core/types.ts";
import { Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { drain } from "../../execute/repair/drain.ts";
import type { Cluster } from "../../routes/cluster.ts";
import type { StateStore } from "../../store/state-store.ts";
import { keepAlive } from "../../util/keep-alive.ts";
import type { DriverTerm } from "./driver-term.ts";

/** Key of what is known of the API keys of drivers. */
const TERM = "driver-term";

/** What a driver may do on nodes with the key of its term. */
const ACTIONS = [
  "search",
  "documents.*",
  "indexes.get",
  "settings.*",
  "stats.get",
  "tasks.get",
  "tasks.cancel",
  "version",
];

/** Task uids that are put into one address. */
const CANCELLED_AT_ONCE = 500;

/** Beginning of the mark of everything that drivers write. */
const MARK = "miroir:job:";

/** What the tasks of a term carry as `customMetadata`. */
export function markOf(job: string, term: DriverTerm): string {
  return `${MARK}${job}:${term.number}`;
}

const keySchema = z.strictObject({ uid: z.string(), nodes: z.array(z.string()) });

const termSchema = z.strictObject({
  term: z.number(),
  /** Keys that may be good on these nodes: those of the terms before, and at last that of this one. */
  keys: z.array(keySchema),
});

type TermRecord = z.infer<typeof termSchema>;

/** What a {@link NodeFence} works with. */
export interface FenceOptions {
  readonly store: StateStore;
  readonly term: DriverTerm;
  /** Whether nodes without a master key, which cannot be fenced, are taken all the same. */
  readonly isUnfenced: boolean;
}

/**
 * Fencing that the nodes enforce: each term of a driver has an API key of its own, and the next term begins by deleting
 * it everywhere. A node where that could not be done is not used; a request of a former driver would still count there.
 */
export class NodeFence {
  readonly #options: FenceOptions;
  /** Nodes where no key of a former term is good any more, and that of this term is. */
  readonly #admitted = new Map<string, { readonly cluster: Cluster; readonly node: NodeInfo }>();
  #record: TermRecord = { term: 0, keys: [] };
  #authorization: string | undefined;

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** Writes down, before it is made anywhere, the name of the key that this term will use. */
  async open(cluster: Pick<Cluster, "random">): Promise<void> {
    const { store, term } = this.#options;
    const entry = await store.get(TERM);
    const former = entry === undefined ? undefined : termSchema.parse(entry.value);
    const own = { uid: cluster.random.uuid(), nodes: [] };
    this.#record = { term: term.number, keys: former?.keys ?? [] };
    await this.#save([...this.#record.keys, own]);
  }

  /**
   * Fences nodes off from former drivers, and makes this term's key there. Nodes that are fenced already cost nothing.
   * @throws OperatorCallFailed for a node that cannot be asked
   * @throws MiroirError `miroir_invalid_config` for one without a master key, unless that is allowed
   */
  async admit(cluster: Cluster, nodes: readonly NodeInfo[], signal: AbortSignal): Promise<void> {
    const open = nodes.filter(({ id }) => !this.#admitted.has(id));
    if (open.length === 0) return;
    const own = this.#record.keys.at(-1);
    if (own === undefined) throw new Error("nodes are fenced before the fence was opened");
    await this.#save([...this.#former, { ...own, nodes: union(own.nodes, open) }]);
    const results = await Promise.allSettled(open.map((node) => this.#fenceOff(cluster, node, own.uid)));
    const fenced = open.filter((_, position) => results[position]?.status === "fulfilled");
    // Who ended in good order took its key along: where one is left, its driver may have left more.
    await this.#forgetFormer(
      cluster,
      fenced.filter(({ id }) => this.#formerOn(id).length > 0),
      signal,
    );
    for (const node of fenced) this.#admitted.set(node.id, { cluster, node });
    const isOpen = (id: string) => !this.#admitted.has(id);
    const left = this.#former.map(({ uid, nodes: where }) => ({ uid, nodes: where.filter(isOpen) }));
    await this.#save([...left.filter(({ nodes: where }) => where.length > 0), ...this.#record.keys.slice(-1)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  async #fenceOff(cluster: Cluster, node: NodeInfo, uid: string): Promise<void> {
    for (const former of this.#formerOn(node.id)) await deleteKey(cluster, node, former);
    await this.#makeKey(cluster, node, uid);
  }

  /** Uids of the keys of former drivers that may be good on a node. */
  #formerOn(node: string): string[] {
    return this.#former.flatMap(({ uid, nodes }) => (nodes.includes(node) ? [uid] : []));
  }

  /** What a former driver left on nodes comes to its end: requests on their way, and copies that wait for their turn. */
  async #forgetFormer(cluster: Cluster, nodes: readonly NodeInfo[], signal: AbortSignal): Promise<void> {
    if (nodes.length === 0) return;
    const { clock, operator, options } = cluster;
    await clock.sleep(options.writeTimeoutMs, signal);
    for (const node of nodes) await cancelCopies(operator, node, signal);
    await keepAlive(clock, Promise.all(nodes.map((node) => drain(operator, node, signal))));
  }

  /** The cluster with the key of this term in the place of the operator's. */
  asDriver(cluster: Cluster): Cluster {
    if (this.#authorization === undefined) return cluster;
    const { transport, clock, random, operator } = cluster;
    const { headers } = operator.credentials;
    const own = { transport, clock, random, authorization: this.#authorization, ...(headers && { headers }) };
    return { ...cluster, operator: new Operator(own) };
  }

  /** Deletes the key of this term, behind its last request; what cannot be deleted is left to the next one. */
  async close(): Promise<void> {
    const own = this.#record.keys.at(-1);
    if (own === undefined || this.#options.term.signal.aborted) return;
    const kept: string[] = [];
    for (const id of own.nodes) {
      const admitted = this.#admitted.get(id);
      if (admitted === undefined) kept.push(id);
      else await deleteKey(admitted.cluster, admitted.node, own.uid).catch(() => kept.push(id));
    }
    await this.#save([...this.#former, { ...own, nodes: kept }].filter(({ nodes }) => nodes.length > 0));
  }

  /** Uids of the API keys of this driver and former ones. */
  get keys(): string[] {
    return this.#record.keys.map(({ uid }) => uid);
  }

  get #former(): TermRecord["keys"] {
    return this.#record.keys.slice(0, -1);
  }

  async #save(keys: TermRecord["keys"]): Promise<void> {
    const record = { ...this.#record, keys };
    await this.#options.term.commit([{ key: TERM, value: record as unknown as JsonValue }]);
    this.#record = record;
  }

  async #makeKey(cluster: Cluster, node: NodeInfo, uid: string): Promise<void> {
    const name = `miroir job ${cluster.random.uuid()}`;
    const body = { uid, name, actions: ACTIONS, indexes: ["*"], expiresAt: null };
    const call = { method: "POST", path: "keys", body } as const;
    const { status, body: answer } = await cluster.operator.ask(node, call);
    const { key, code } = (answer ?? {}) as { key?: string; code?: string };
    if (code === "missing_master_key") return this.#acceptOpen(node);
    // The answer to an earlier request was lost.
    const known = code === "api_key_already_exists" ? await readKey(cluster, node, uid) : key;
    if (known === undefined) throw refusal(node, status, answer);
    this.#authorization = `Bearer ${known}`;
  }

  #acceptOpen(node: NodeInfo): void {
    if (!this.#options.isUnfenced) throw withoutMasterKey(node);
  }
}

/**
 * Refuses a cluster whose nodes cannot be fenced.
 * @throws MiroirError `miroir_invalid_config` naming a node without a master key
 */
export async function requireMasterKey({ operator, topology, health }: Cluster): Promise<void> {
  const node = topology.nodes.find(({ id }) => !health.isSuspect(id));
  if (node === undefined) return;
  const { body } = await operator.ask(node, { method: "GET", path: "keys", query: "limit=1" });
  if ((body as { code?: string } | undefined)?.code === "missing_master_key") throw withoutMasterKey(node);
}

function withoutMasterKey({ id, url }: NodeInfo): MiroirError {
  return new MiroirError(
    "miroir_invalid_config",
    `Node \`${id}\` (${url}) runs without a master key: nothing there could stop a driver that was given up and wakes up ` +
      "again. Start the nodes with a master key, or take the risk with `--unfenced`.",
  );
}

async function readKey({ operator }: Cluster, node: NodeInfo, uid: string): Promise<string | undefined> {
  return (await operator.demand<{ key?: string }>(node, { method: "GET", path: `keys/${uid}` })).key;
}

async function deleteKey({ operator }: Cluster, node: NodeInfo, uid: string): Promise<void> {
  const { status, body } = await operator.ask(node, { method: "DELETE", path: `keys/${uid}` });
  const code = (body as { code?: string } | undefined)?.code;
  if (status < 300 || code === "api_key_not_found" || code === "missing_master_key") return;
  throw refusal(node, status, body);
}

function refusal(node: NodeInfo, status: number, body: unknown): OperatorCallFailed {
  const message = (body as { message?: string } | undefined)?.message ?? "no message";
  const outcome = { kind: "answered", response: { status, headers: {}, body } } as const;
  return new OperatorCallFailed(node, outcome, `refused a change of its API keys with ${status}: ${message}`);
}

/** Cancels copies that wait for their turn; they are known by their mark. */
async function cancelCopies(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<void> {
  const query = "statuses=enqueued,processing&limit=1000000";
  const call = { method: "GET", path: "tasks", query, signal } as const;
  const { results } = await operator.demand<{ results: { uid: number; customMetadata?: string }[] }>(node, call);
  const uids = results.filter((task) => task.customMetadata?.startsWith(MARK)).map(({ uid }) => uid);
  for (let start = 0; start < uids.length; start += CANCELLED_AT_ONCE) {
    const some = `uids=${uids.slice(start, start + CANCELLED_AT_ONCE).join(",")}`;
    await operator.demand(node, { method: "POST", path: "tasks/cancel", query: some, signal });
  }
}

function union(ids: readonly string[], nodes: readonly NodeInfo[]): string[] {
  return [...new Set([...ids, ...nodes.map(({ id }) => id)])];
}
