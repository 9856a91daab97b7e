import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { ClusterSession } from "../../client/session.ts";
import { toRequest } from "../../client/to-request.ts";
import { topologyOf } from "../../cluster/layout.ts";
import { physicalUid } from "../../cluster/registry.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import { walkStamps } from "../../execute/repair/walk-stamps.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { chosenRows } from "../chosen-rows.ts";
import { contentFields } from "./content-fields.ts";
import type { ImportSource, SourceIndex, SourcePage } from "./import-source.ts";

/** Documents of one page. */
const PAGE = 1000;

/** API keys read in one request. */
const KEYS = 1000;

/** Another cluster: its documents are walked over shard by shard, in the order of their stamps. */
export class ClusterAsSource implements ImportSource {
  readonly #config: StaticClusterConfig | TopologyClusterConfig;
  readonly #session: ClusterSession;

  constructor(config: StaticClusterConfig | TopologyClusterConfig) {
    this.#config = config;
    this.#session = new ClusterSession({ ...config, repair: false });
  }

  async indexes(): Promise<readonly SourceIndex[]> {
    const rows = await chosenRows(await this.#session.cluster(), undefined);
    return rows.map(({ uid, primaryKey, settings, replicate }) => {
      return { uid, primaryKey, settings, isEverywhere: replicate === "everywhere", notes: [] };
    });
  }

  async keys(): Promise<readonly JsonObject[] | undefined> {
    const keys: JsonObject[] = [];
    for (;;) {
      const params = { limit: KEYS, offset: keys.length };
      const { status, body } = await this.#session.handle(toRequest("GET", { path: "keys", params }, this.#config), {});
      if (status !== 200) return undefined;
      const { results, total } = body as { results: JsonObject[]; total: number };
      keys.push(...results);
      if (results.length === 0 || keys.length >= total) return keys;
    }
  }

  async count(uid: string): Promise<number> {
    const request = toRequest("GET", { path: `indexes/${uid}/documents`, params: { limit: 0 } }, this.#config);
    const { status, body } = await this.#session.handle(request, { partial: false });
    if (status === 200) return (body as { total: number }).total;
    throw new Error(`the source did not count the documents of \`${uid}\`: ${JSON.stringify(body)}`);
  }

  async *pages({ uid }: SourceIndex, from: string | undefined, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const cluster = await this.#session.cluster();
    const [row] = await chosenRows(cluster, [uid]);
    if (row === undefined) return;
    const index = physicalUid(row);
    const { shards, groups } = topologyOf(row, cluster.topology);
    const { first, begin } = positionOf(from);
    for (let shard = first; shard < shards; shard++) {
      const owners = groups.flatMap(({ table }) => table[shard] ?? []);
      const node = sourceOf(cluster, owners, { index, shard });
      const walk = walkStamps({
        ...{ filter: shardFilter(shards, [shard]), limit: PAGE, body: { retrieveVectors: true } },
        ...(shard === first && begin !== undefined ? { from: begin } : {}),
        fetch: (body) => fetchRecords({ operator: cluster.operator, index, signal }, node, body),
      });
      for await (const { records, through } of walk) {
        yield { records: records.map(contentFields), position: `${shard}:${through}` };
      }
    }
  }

  /** Nothing tells cheaply whether a cluster was written to. */
  version(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function positionOf(from: string | undefined): { readonly first: number; readonly begin: string | undefined } {
  const [shard = 0, begin] = from?.split(":") ?? [];
  return { first: Number(shard), begin };
}

/** An owner that answers and owes nothing; another would be a copy of less. */
function sourceOf(
  { health, debts, nodesById }: Cluster,
  owners: readonly string[],
  { index, shard }: { readonly index: string; readonly shard: number },
): NodeInfo {
  const isFit = (node: string) => !health.isSuspect(node) && !debts.ledger.owes(index, node, shard);
  const node = nodesById.get(owners.find(isFit) ?? "");
  if (node !== undefined) return node;
  const message = `No owner of shard ${shard} of the source answers and has everything: ${owners.join(", ")}. Repair the source first.`;
  throw new MiroirError("miroir_shard_unavailable", message, { status: 503 });
}
