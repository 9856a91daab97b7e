import { isDeepStrictEqual } from "node:util";
import type { IndexRow } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/types.ts";
import { writeMarker } from "../../execute/bootstrap.ts";
import { DebtBook } from "../../execute/debt-book.ts";
import { rowRecord } from "../../execute/index-registry.ts";
import { drain } from "../../execute/repair/drain.ts";
import { recordChange, StoreRecords } from "../../execute/store-records.ts";
import { TOPOLOGY } from "../../execute/topology-in-store.ts";
import { RECOVERED } from "../../execute/view/rolled-back.ts";
import { LEASE_MS } from "../../execute/view/store-view.ts";
import { HybridClock } from "../../routing/stamp.ts";
import type { StoreChange } from "../../store/state-store.ts";
import { keepAlive } from "../../util/keep-alive.ts";
import { DriverTerm } from "../run/driver-term.ts";
import { covers } from "./covers.ts";
import { movedShards, type RecoveryDraft } from "./plan-recovery.ts";
import type { RecoveryContext } from "./recovery-context.ts";
import { RECOVERY } from "./recovery-cursor.ts";

/** Names the recovery where jobs are named. */
const JOB = "recovery";

/**
 * Puts a cluster back into its store: the latest topology under an epoch above all that anybody knew, and the rows of all
 * indexes, stamped anew so that no process keeps other ones. Debts of the store are let go: one that is missing would make
 * repair trust the wrong replica. Where a change of owners may have come into force, the shards are held until it is known.
 * @throws MiroirError `miroir_job_conflict` while another process drives a job, or when it changed the topology meanwhile
 */
export async function restoreState(
  context: RecoveryContext,
  draft: RecoveryDraft,
  signal: AbortSignal,
): Promise<Topology> {
  const { store, clock, random } = context;
  const term = await DriverTerm.begin({ store, clock, holder: random.uuid() }, signal);
  try {
    return await new Restoration(context, draft, term).run(AbortSignal.any([signal, term.signal]));
  } finally {
    await term.close();
  }
}

/** One attempt at it. */
class Restoration {
  readonly #context: RecoveryContext;
  readonly #draft: RecoveryDraft;
  readonly #term: DriverTerm;

  constructor(context: RecoveryContext, draft: RecoveryDraft, term: DriverTerm) {
    this.#context = context;
    this.#draft = draft;
    this.#term = term;
  }

  async run(signal: AbortSignal): Promise<Topology> {
    const { epoch } = this.#draft.plan;
    const { committed, proposed } = this.#draft.known;
    const [latest] = proposed;
    const base: Topology = { ...withoutChange(committed), epoch };
    await forgiveDebts(this.#context, this.#draft);
    // Of a recovery that is cut short here a later one must know the epoch, and the proposal that it has to judge: whatever
    // becomes of the hold, which others lift when nobody drives, has a lower epoch.
    const following = latest === undefined ? base : { ...withoutChange(latest), epoch: epoch + 2 };
    await this.#mark({ topology: committed, proposed: following });
    const rows = await stamped(this.#context, this.#draft);
    await this.#begin(latest === undefined ? base : held(base, proposed), rows);
    await this.#mark({ topology: base, ...(latest !== undefined && { proposed: following }) });
    if (latest === undefined) return base;
    await untilNobodyWrites(this.#context, this.#draft, signal);
    const next = { ...withoutChange(await findCovered(this.#context, this.#draft, signal)), epoch: epoch + 1 };
    await this.#commit(next, (await this.#context.store.get(TOPOLOGY))?.revision ?? null, []);
    await this.#mark({ topology: next });
    return next;
  }

  /** Whoever finds only now that the store went back writes the topology anew, as it is, with the warning of it. */
  async #begin(topology: Topology, rows: readonly IndexRow[]): Promise<void> {
    const commit = async () => this.#commit(topology, await this.#plannedRevision(), rows);
    await commit().catch((error: unknown) => {
      if (!isConflict(error)) throw error;
      return commit();
    });
  }

  /** Revision of the topology that this was planned for. */
  async #plannedRevision(): Promise<number | null> {
    const { entry } = this.#draft;
    const current = await this.#context.store.get(TOPOLOGY);
    const isSame = isDeepStrictEqual(current?.value, entry?.value);
    return (isSame ? current : entry)?.revision ?? null;
  }

  /** Everybody who answers is told. */
  async #mark(content: { readonly topology: Topology; readonly proposed?: Topology }): Promise<void> {
    const { operator } = this.#context;
    await Promise.all(this.#draft.nodes.map((node) => writeMarker(operator, node, { ...content, keeper: "store" })));
  }

  async #commit(topology: Topology, expected: number | null, rows: readonly IndexRow[]): Promise<void> {
    const changes: StoreChange[] = [
      { key: TOPOLOGY, value: topology as unknown as JsonValue, expected },
      ...rows.map((row) => recordChange(rowRecord(row))),
      ...this.#draft.jobKeys.map((key) => ({ key, value: null })),
      RECOVERED,
      { key: RECOVERY, value: { epoch: topology.epoch, verified: [] } },
    ];
    await this.#term.commit(changes);
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof MiroirError && error.code === "miroir_job_conflict";
}

/** Nobody writes to shards of which it is not known who owns them. */
function held(base: Topology, proposed: readonly Topology[]): Topology {
  const shards = [...new Set(proposed.flatMap((after) => movedShards(base, after)))];
  return { ...base, change: { job: JOB, phase: "holding", shards, everywhere: true } };
}

function withoutChange({ change: _, ...topology }: Topology): Topology {
  return topology;
}

/** The latest proposal under which no owner lacks anything, or what was in force before them. */
async function findCovered(context: RecoveryContext, draft: RecoveryDraft, signal: AbortSignal): Promise<Topology> {
  const { committed: before, proposed } = draft.known;
  const nodesById = new Map(draft.nodes.map((node) => [node.id, node]));
  const rows = draft.rows.map(({ row }) => row).filter((row) => !row.deleted && row.primaryKey !== null);
  for (const after of proposed) {
    if (await covers(context.operator, { before, after, rows, nodesById }, signal)) return after;
  }
  return before;
}

/** Processes that did not see the store go back work under a lease that it may not know, until that ends. */
async function untilNobodyWrites(
  { clock, landingMs, operator }: RecoveryContext,
  { nodes }: RecoveryDraft,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(LEASE_MS + landingMs, signal);
  await keepAlive(clock, Promise.all(nodes.map((node) => drain(operator, node, signal))));
}

async function forgiveDebts(context: RecoveryContext, { records, known }: RecoveryDraft): Promise<void> {
  const book = new DebtBook(new StoreRecords(context.store, context), context.random);
  book.reshard(known.committed.shards);
  book.load(records);
  await book.pay(book.ledger.list());
}

/** Every row anew, above those that running processes may remember: all of them see the same again. */
async function stamped({ store, clock, random }: RecoveryContext, { rows }: RecoveryDraft): Promise<IndexRow[]> {
  const { time } = await store.status();
  const now = () => Math.max(time, clock.now());
  const stamps = new HybridClock({ now, writer: Math.floor(random.fraction() * 2 ** 16) });
  for (const { row } of rows) if (row.stamp !== "") stamps.observe(row.stamp);
  return rows.map(({ row }) => ({ ...row, stamp: stamps.next(false) }));
}
