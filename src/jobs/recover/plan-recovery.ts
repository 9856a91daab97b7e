import { latestRows, parseRow } from "../../cluster/registry.ts";
import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { StateRecord } from "../../execute/state-index.ts";
import { StoreRecords } from "../../execute/store-records.ts";
import { TOPOLOGY } from "../../execute/topology-in-store.ts";
import type { StoreEntry } from "../../store/state-store.ts";
import { inheritances } from "./covers.ts";
import { findLatest, type KnownTopologies } from "./find-latest.ts";
import { heldIndexes } from "./held-indexes.ts";
import { placeRebuilt } from "./place-rebuilt.ts";
import type { RecoveryContext } from "./recovery-context.ts";
import { readCursor } from "./recovery-cursor.ts";
import { type RestoredRow, type RowFate, restoreRows } from "./restore-rows.ts";
import { hearWitnesses, type SilentNode, type Testimony } from "./witnesses.ts";

/** What a recovery would do; nothing was changed anywhere. */
export interface RecoveryPlan {
  readonly clusterId: string;
  /** Epoch of the store's topology; null when it holds none. */
  readonly storeEpoch: number | null;
  /** Highest epoch that is known to have come into force. */
  readonly latestEpoch: number;
  /** Epoch of the recovered topology: above all that anybody can know. */
  readonly epoch: number;
  /** Whether the servers show that the store went back; a client may have seen it where they do not. */
  readonly isBehind: boolean;
  /** Changes of owners that may have come into force: looked at when nobody can write any more. */
  readonly proposals: readonly { readonly epoch: number; readonly shards: number }[];
  readonly nodes: readonly { readonly id: string; readonly url: string; readonly epoch: number }[];
  readonly silent: readonly { readonly id: string; readonly url: string; readonly reason: string }[];
  readonly indexes: readonly { readonly uid: string; readonly fate: RowFate; readonly notes: readonly string[] }[];
  /** Debts of the store that count no more: nobody knows which were paid since, nor those that came after. */
  readonly debts: number;
  /** Jobs of the store that are forgotten. */
  readonly jobs: readonly string[];
  /** Whether an earlier recovery has done all this, and did not come to the end of verifying. */
  readonly isRestored: boolean;
}

/** A plan with all that it takes to carry it out. */
export interface RecoveryDraft {
  readonly plan: RecoveryPlan;
  readonly entry: StoreEntry | undefined;
  readonly known: KnownTopologies;
  readonly nodes: readonly NodeInfo[];
  readonly rows: readonly RestoredRow[];
  readonly records: readonly StateRecord[];
  /** Keys of the store that are to go. */
  readonly jobKeys: readonly string[];
}

/** Prefix of what jobs keep in the store; a later driver still has to know whom to lock out. */
const JOBS = "job";

/**
 * Finds out what a recovery would do.
 * @throws MiroirError `miroir_topology_mismatch`, `miroir_invalid_config`, `miroir_store_unavailable`
 */
export async function draftRecovery(context: RecoveryContext, signal: AbortSignal): Promise<RecoveryDraft> {
  const { store, operator, clock } = context;
  const entry = await store.get(TOPOLOGY);
  const inStore = entry && parseTopology(entry.value);
  const { witnesses, silent } = await hearWitnesses(operator, [...context.named, ...(inStore?.nodes ?? [])]);
  requireInStore(witnesses);
  const known = withAddresses(findLatest(inStore, witnesses), witnesses);
  const missing = missingNodes(known, { witnesses, silent });
  const nodes = witnesses.map(({ node }) => node);
  const records = await new StoreRecords(store, context).readAll();
  const stored = latestRows(records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
  const held = await heldIndexes(operator, nodes, signal);
  const now = new Date(clock.now()).toISOString();
  const restored = restoreRows({ rows: stored, held, isWhole: missing.length === 0, now });
  const rows = await placeRebuilt(operator, restored, { topology: known.committed, held, signal });
  const jobKeys = (await store.list(JOBS)).map(({ key }) => key);
  const isBehind = inStore === undefined || inStore.epoch < known.committed.epoch;
  const cursor = await readCursor(store);
  const plan = {
    ...{ clusterId: known.committed.clusterId, storeEpoch: inStore?.epoch ?? null, epoch: known.epoch },
    latestEpoch: known.committed.epoch,
    isBehind,
    proposals: known.proposed.map((after) => ({
      epoch: after.epoch,
      shards: movedShards(known.committed, after).length,
    })),
    nodes: witnesses.map(({ node: { id, url }, committed }) => ({ id, url, epoch: committed.epoch })),
    silent: missing.map(({ node: { id, url }, reason }) => ({ id, url, reason })),
    indexes: rows.filter(isShown).map(({ row, fate, notes }) => ({ uid: row.uid, fate, notes })),
    debts: records.filter(({ kind }) => kind === "debt").length,
    jobs: jobKeys.filter((key) => key.startsWith(`${JOBS}/`)).map((key) => key.slice(JOBS.length + 1)),
    isRestored: !isBehind && known.proposed.length === 0 && cursor?.epoch === inStore.epoch,
  };
  return { plan, entry, known, nodes, rows, records, jobKeys };
}

function isShown({ row, fate }: RestoredRow): boolean {
  return !row.deleted || fate === "deleted";
}

/** Shards, by the numbers of the later topology, that some node would have to have been given. */
export function movedShards(before: Topology, after: Topology): number[] {
  return [...new Set(inheritances(before, after).flatMap(({ shards }) => shards))];
}

/** Nodes of a topology that counts, or may, which say nothing. */
function missingNodes({ committed, proposed }: KnownTopologies, { witnesses, silent }: Testimony): SilentNode[] {
  const heard = new Set(witnesses.map(({ node }) => node.id));
  const needed = new Map([...proposed, committed].flatMap(({ nodes }) => nodes).map((node) => [node.id, node]));
  return [...needed.values()]
    .filter(({ id }) => !heard.has(id))
    .map((node) => {
      const said = silent.find((other) => other.node.id === node.id || other.node.url === node.url);
      return { node, reason: said?.reason ?? "was not asked" };
    });
}

/** Nodes are asked, by all clients, where they answered now. */
function withAddresses(known: KnownTopologies, witnesses: Testimony["witnesses"]): KnownTopologies {
  const urls = new Map(witnesses.map(({ node }) => [node.id, node.url]));
  const place = (topology: Topology): Topology => ({
    ...topology,
    nodes: topology.nodes.map((node) => ({ ...node, url: urls.get(node.id) ?? node.url })),
  });
  return { ...known, committed: place(known.committed), proposed: known.proposed.map(place) };
}

function requireInStore(witnesses: Testimony["witnesses"]): void {
  const other = witnesses.find(({ keeper }) => keeper !== "store");
  if (other === undefined) return;
  throw new MiroirError(
    "miroir_topology_mismatch",
    `Node \`${other.node.id}\` (${other.node.url}) belongs to a cluster that keeps its state on the nodes, where none was ` +
      "lost. Name them as `nodes`, or move the state into the store with `miroir init --from-nodes --store`.",
    { status: 409 },
  );
}
