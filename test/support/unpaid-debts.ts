import type { Meilisearch } from "meilisearch";
import { parseDebt } from "../../src/cluster/debt.ts";

/** Every debt that is written down on one of these nodes and whose payment is on none, by where it is written down. */
export async function unpaidDebts(directs: readonly Meilisearch[]): Promise<string[]> {
  const states = await Promise.all(
    directs.map((direct) => direct.index("miroir__state").getDocuments({ limit: 100_000 })),
  );
  const records = states
    .flatMap((state) => state.results)
    .map(({ id, kind, value }) => ({ id: String(id), kind, value: JSON.parse(String(value)) }));
  const paid = new Set<string>(records.flatMap(({ kind, value }) => (kind === "payment" ? value.paid : [])));
  const owed = records
    .filter(({ kind }) => kind === "debt")
    .flatMap(({ id, value }) =>
      (value.debts as unknown[])
        .map(parseDebt)
        .map(({ index, shard, of, node, stamp }) => `${id}/${index}/${shard}${of ? `:${of}` : ""}/${node}/${stamp}`),
    );
  return [...new Set(owed)].filter((key) => !paid.has(key));
}
