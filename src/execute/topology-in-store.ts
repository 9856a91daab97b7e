import { parseTopology, type Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { JsonValue } from "../core/types.ts";
import type { StateStore, StoreChange, StoreEntry } from "../store/state-store.ts";
import { latestRecords } from "./latest-records.ts";
import type { StateRecord } from "./state-index.ts";
import { recordChange } from "./store-records.ts";

/** Key of the topology in force. */
export const TOPOLOGY = "topology";

/**
 * The topology in force, as a store has it.
 * @throws MiroirError `miroir_invalid_config` when the store holds no cluster; `miroir_store_unavailable`
 */
export async function topologyInStore(store: StateStore): Promise<Topology> {
  return parseTopology((await storedTopology(store)).value);
}

/** As {@link topologyInStore}, as it is stored. */
export async function storedTopology(store: StateStore): Promise<StoreEntry> {
  const entry = await store.get(TOPOLOGY);
  if (entry !== undefined) return entry;
  throw new MiroirError(
    "miroir_invalid_config",
    `\`topology\` is \`${store.address}\`, where there is no cluster yet. Put one there with \`miroir init --store\`.`,
  );
}

/**
 * Puts a cluster into a store that holds none, with the records that its processes have shared so far.
 * @throws MiroirError `miroir_invalid_config` when the store holds a cluster; `miroir_store_unavailable`
 */
export async function putIntoStore(
  store: StateStore,
  topology: Topology,
  records: readonly StateRecord[],
): Promise<void> {
  const first: StoreChange = { key: TOPOLOGY, value: topology as unknown as JsonValue, expected: null };
  const result = await store.commit([first, ...latestRecords(records).map(recordChange)]);
  if (result.ok) return;
  throw new MiroirError(
    "miroir_invalid_config",
    `\`${store.address}\` holds a cluster already. Give another store, or another prefix or file in this one.`,
    { status: 409 },
  );
}
