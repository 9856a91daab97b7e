import type { RecoveryPlan, RecoveryReport } from "../../jobs/index.ts";
import { counted } from "../terminal/counted.ts";
import type { Paint, Tone } from "../terminal/paint.ts";
import { type Cell, tableLines } from "../terminal/table.ts";
import { verifyLines } from "../verify/verify-screen.ts";

const TONES = { kept: "quiet", updated: "warning", rebuilt: "warning", deleted: "bad" } as const satisfies Record<
  RecoveryPlan["indexes"][number]["fate"],
  Tone
>;

/** What a recovery would do, for people, as lines. */
export function planLines(plan: RecoveryPlan, paint: Paint): string[] {
  const { clusterId, storeEpoch, latestEpoch, epoch, nodes, silent, indexes } = plan;
  const store = storeEpoch === null ? "The store holds no cluster" : `The store is at epoch ${storeEpoch}`;
  const rows = indexes.map(({ uid, fate }): Cell[] => [uid, { text: fate, tone: TONES[fate] }]);
  return [
    `cluster ${clusterId}: ${store}, the nodes remember ${latestEpoch}; the next one is ${epoch}.`,
    ...(plan.isBehind || plan.isRestored ? [] : [paint("warning", "No node shows that the store went back.")]),
    ...(plan.isRestored ? ["It was restored before; only the comparison of the copies is left."] : []),
    "",
    ...tableLines(
      [{ title: "node" }, { title: "epoch", isNumber: true }, { title: "address" }],
      nodes.map(({ id, epoch: seen, url }) => [id, seen, url]),
      paint,
    ),
    ...silent.map(({ id, url, reason }) => paint("bad", `node ${id} (${url}) ${reason}`)),
    "",
    ...(indexes.length === 0 ? ["no index"] : tableLines([{ title: "index" }, { title: "row" }], rows, paint)),
    ...indexes.flatMap(({ uid, notes }) => notes.map((note) => paint("warning", `index ${uid}: ${note}`))),
    ...plan.proposals.map(({ epoch: proposed, shards }) => {
      return `Epoch ${proposed} may have come into force: ${counted(shards, "shard")} are held until it is known.`;
    }),
    ...(plan.debts === 0 ? [] : [`${counted(plan.debts, "record")} of debts count no more: all copies are compared.`]),
    ...plan.jobs.map((id) => `Job ${id} is forgotten: begin it anew.`),
    "",
  ];
}

/** What a recovery did, for people, as lines. */
export function reportLines(
  { epoch, accepted, indexes, repaired, open, isSound }: RecoveryReport,
  paint: Paint,
): string[] {
  const head = accepted === undefined ? "" : ` The change of epoch ${accepted} counts.`;
  const done = `The cluster is at epoch ${epoch}.${head} Clients that run go on by themselves.`;
  if (indexes === undefined) return [done, "Make the copies equal with `miroir verify --repair`."];
  return [...verifyLines({ indexes, repaired, open, isSound }, paint), done];
}
