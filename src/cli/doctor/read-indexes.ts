import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { JsonObject } from "../../core/types.ts";
import { type Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { RESERVED_SHARD } from "../../routing/reserved.ts";
import type { AnsweringNode } from "../survey/node-survey.ts";

/** A logical index as one node holds it. */
export interface HeldIndex {
  readonly row: IndexRow;
  readonly holder: AnsweringNode;
  readonly primaryKey: string | null;
  readonly settings: JsonObject;
  /** Documents by slot tag, at every level; undefined when the node would not count them. */
  readonly countsByTag: Readonly<Record<string, number>> | undefined;
}

/** Reads every logical index from every member that has it; what a node will not show is left out. */
export async function readIndexes(
  operator: Operator,
  rows: readonly IndexRow[],
  members: readonly AnsweringNode[],
): Promise<HeldIndex[]> {
  const pairs = rows.flatMap((row) =>
    members.filter((holder) => holder.documentsByIndex.has(physicalUid(row))).map((holder) => ({ row, holder })),
  );
  const held = await Promise.all(pairs.map(({ row, holder }) => readIndex(operator, row, holder)));
  return held.flatMap((index) => index ?? []);
}

async function readIndex(operator: Operator, row: IndexRow, holder: AnsweringNode): Promise<HeldIndex | undefined> {
  const path = `indexes/${physicalUid(row)}`;
  const call = { method: "GET", unchecked: true } as const;
  const search = { limit: 0, facets: [RESERVED_SHARD] };
  try {
    const [{ primaryKey }, settings, counts] = await Promise.all([
      operator.demand<{ primaryKey: string | null }>(holder.node, { ...call, path }),
      operator.demand<JsonObject>(holder.node, { ...call, path: `${path}/settings` }),
      operator.ask(holder.node, { method: "POST", path: `${path}/search`, body: search, unchecked: true }),
    ]);
    const found = counts.body as { facetDistribution?: Record<string, Record<string, number>> } | undefined;
    const countsByTag = counts.status === 200 ? (found?.facetDistribution?.[RESERVED_SHARD] ?? {}) : undefined;
    return { row, holder, primaryKey, settings, countsByTag };
  } catch (error) {
    if (error instanceof OperatorCallFailed) return undefined;
    throw error;
  }
}
