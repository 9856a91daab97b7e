import { type Config, Meilisearch } from "meilisearch";
import { MiroirClient, type MiroirConfig } from "../../src/index.ts";
import type { WorkloadSearch } from "../workloads.ts";
import { BareSearcher } from "./bare-searcher.ts";
import type { Contender } from "./protocol.ts";

/** Anything that searches. */
export interface Searcher {
  /** Gets ready for searches that will be asked. */
  prepare?(searches: readonly WorkloadSearch[]): Promise<void>;
  search(search: WorkloadSearch): Promise<unknown>;
  close(): Promise<void>;
}

/** The client that a contender names. */
export async function openSearcher(contender: Contender): Promise<{ searcher: Searcher; client: Meilisearch }> {
  const client = clientOf(contender);
  await client.health();
  return { client, searcher: searcherOf(client, contender) };
}

function clientOf({ client, config }: Contender): Meilisearch {
  return client === "miroir" || client === "bare"
    ? new MiroirClient(config as MiroirConfig)
    : new Meilisearch(config as Config);
}

function searcherOf(client: Meilisearch, contender: Contender): Searcher {
  const close = async () => {
    if (client instanceof MiroirClient) await client.close();
  };
  const prefix = contender.prefix ?? "";
  const asClient: Searcher = {
    search: ({ index, q, params }) => client.index(`${prefix}${index}`).search(q, params),
    close,
  };
  if (contender.client === "bare") return new BareSearcher(asClient, contender.asksWholeWindows === true);
  if (contender.client !== "federation") return asClient;
  const remotes = contender.remotes ?? [];
  return {
    search: ({ index, q, params: { limit = 20, offset = 0, sort } }) =>
      client.multiSearch({
        federation: { limit, offset },
        queries: remotes.map((remote) => ({
          ...{ indexUid: index, q, federationOptions: { remote } },
          ...(sort === undefined ? {} : { sort }),
        })),
      }),
    close,
  };
}
