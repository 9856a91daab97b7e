import type { IndexRow } from "../../cluster/registry.ts";
import { toPhysical } from "../../cluster/settings/physical.ts";
import { differingSettings, restoringPatch } from "../../cluster/settings/settings-difference.ts";
import { rowRecord } from "../../execute/index-registry.ts";
import { drain } from "../../execute/repair/drain.ts";
import { StoreRecords } from "../../execute/store-records.ts";
import { untilSucceeded } from "../../execute/task-success.ts";
import { putIntoStore } from "../../execute/topology-in-store.ts";
import { HybridClock } from "../../routing/stamp.ts";
import { keepAlive } from "../../util/keep-alive.ts";
import { markNode } from "../mark-node.ts";
import { Pace } from "../pace.ts";
import { type AdoptConfig, type AdoptionContext, withAdoption } from "./adoption-context.ts";
import { endAdoption, saveAdoption } from "./adoption-record.ts";
import { ForeignWrites } from "./foreign-writes.ts";
import type { FoundIndex } from "./found-index.ts";
import { type AdoptionDraft, type AdoptionPlan, draftAdoption } from "./plan-adoption.ts";
import { tagDocuments } from "./tag-documents.ts";

/** Which indexes are adopted, and how. */
export interface AdoptOptions {
  /** Uids. @default all of the server */
  readonly indexes?: readonly string[];
  /** Of them, those whose documents every node will hold, such as small ones and those that foreign keys name. @default none */
  readonly everywhere?: readonly string[];
  /** @default unlimited */
  readonly documentsPerSecond?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AdoptProgress) => void;
}

/** How far the documents of an index are tagged. */
export interface AdoptProgress {
  readonly index: string;
  readonly documents: number;
  readonly total: number;
}

/**
 * What an adoption would do; nothing is changed.
 * @throws MiroirError `miroir_topology_mismatch`, `miroir_reserved_field` or `miroir_invalid_config` when it cannot be
 */
export function planAdoption(
  config: AdoptConfig,
  options: Pick<AdoptOptions, "indexes" | "signal"> = {},
): Promise<AdoptionPlan> {
  const { signal = new AbortController().signal, indexes } = options;
  return withAdoption(config, signal, async (context) => (await draftAdoption(context, indexes)).plan);
}

/**
 * Makes a server with its data the first node of a cluster: documents are tagged and stamped where they lie, with their
 * vectors and without an embedder being called, settings become those of the cluster, and the cluster is put into the store.
 * Nobody may write to the indexes past miroir meanwhile; searches go on. May be called again after it was cut short.
 * @throws MiroirError as {@link planAdoption}; `miroir_index_mismatch` when somebody wrote to an index meanwhile
 */
export function adoptServer(config: AdoptConfig, options: AdoptOptions = {}): Promise<AdoptionPlan> {
  const { signal = new AbortController().signal } = options;
  return withAdoption(config, signal, async (context) => {
    const { operator, node, clock, store } = context;
    await keepAlive(clock, drain(operator, node, signal)); // what was sent before is not written meanwhile
    const draft = await draftAdoption(context, options.indexes);
    const writes = await ForeignWrites.watch(operator, node, `miroir:adopt:${draft.plan.clusterId}`);
    const settings = Object.fromEntries(draft.found.map(({ uid, logical }) => [uid, logical]));
    await saveAdoption(store, { ...draft.record, settings: { ...draft.record.settings, ...settings } });
    const run: Run = { context, draft, writes, options };
    for (const index of draft.found) await prepare(run, index);
    await tagAll(run);
    await found(run);
    await endAdoption(store);
    return draft.plan;
  });
}

interface Run {
  readonly context: AdoptionContext;
  readonly draft: AdoptionDraft;
  readonly writes: ForeignWrites;
  readonly options: AdoptOptions;
}

/** The settings come first: without the guard of its template an embedder would see every tag as a change. */
async function prepare({ context, writes }: Run, { uid, primaryKey, physical, logical }: FoundIndex): Promise<void> {
  const { operator, node, signal } = context;
  const wanted = toPhysical(logical, { primaryKey });
  const differing = differingSettings(wanted, physical);
  if (differing.length === 0) return;
  const call = { method: "PATCH", path: `indexes/${uid}/settings`, unchecked: true, signal } as const;
  const body = restoringPatch(wanted, physical, differing);
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, { ...call, body });
  writes.own(taskUid);
  await untilSucceeded(operator, { node, taskUid, what: `the settings of \`${uid}\`` }, signal);
}

async function tagAll({ context, draft, writes, options }: Run): Promise<void> {
  const { operator, node, hasher, signal } = context;
  const uids = draft.found.map(({ uid }) => uid);
  const tagging = {
    ...{ operator, node, hasher, signal, stamps: await clockOf(context), mark: `miroir:adopt:${draft.plan.clusterId}` },
    pace: new Pace(context.clock, options.documentsPerSecond ?? Number.POSITIVE_INFINITY),
  };
  for (const { uid, primaryKey, documents: total } of draft.found) {
    if (primaryKey === null) continue; // it has no documents
    await tagDocuments(tagging, {
      ...{ uid, primaryKey },
      left: async (left) => {
        await writes.requireNone(uids);
        options.onProgress?.({ index: uid, documents: Math.max(0, total - left), total });
      },
    });
  }
}

async function clockOf({ store, clock, random }: AdoptionContext): Promise<HybridClock> {
  const { time } = await store.status();
  const ahead = time - clock.now();
  return new HybridClock({ now: () => clock.now() + ahead, writer: Math.floor(random.fraction() * 2 ** 16) });
}

/** All at once, so that no client ever meets the cluster before its documents can be found. */
async function found({ context, draft, writes, options }: Run): Promise<void> {
  const { operator, node, store, signal } = context;
  const stamps = await clockOf(context);
  const createdAt = new Date(context.clock.now()).toISOString();
  const rows = draft.found.map(({ uid, primaryKey, logical: settings }): IndexRow => {
    const isEverywhere = options.everywhere?.includes(uid) === true;
    return {
      ...{ uid, primaryKey, generation: 1, settings, settingsVersion: 1, createdAt, deleted: false },
      stamp: stamps.next(false),
      ...(isEverywhere && { replicate: "everywhere" }),
    };
  });
  if (!draft.plan.isFounded) await markNode(operator, node, { topology: draft.topology, signal });
  await writes.requireNone(draft.found.map(({ uid }) => uid));
  if (draft.plan.isFounded) await new StoreRecords(store, context).put(rows.map(rowRecord));
  else await putIntoStore(store, draft.topology, rows.map(rowRecord));
}
