import type { AdoptionPlan } from "../../jobs/index.ts";
import { counted } from "../terminal/counted.ts";
import type { Paint } from "../terminal/paint.ts";
import { tableLines } from "../terminal/table.ts";

/** What an adoption would do, for people, as lines. */
export function planLines({ clusterId, node, shards, indexes, left, isFounded }: AdoptionPlan, paint: Paint): string[] {
  const rows = indexes.map(({ uid, primaryKey, documents }) => [uid, primaryKey ?? "-", documents]);
  const columns = [{ title: "index" }, { title: "primary key" }, { title: "documents", isNumber: true }];
  const what = isFounded ? "has the node" : "begins with the node";
  return [
    `cluster ${clusterId} ${what} ${node.id} (${node.url}), ${counted(shards, "shard")}`,
    "",
    ...(indexes.length === 0 ? ["no index is to be adopted"] : tableLines(columns, rows, paint)),
    ...(left.length === 0 ? [] : [paint("quiet", `left alone: ${left.join(", ")}`)]),
    ...indexes.flatMap(({ uid, notes }) => notes.map((note) => paint("warning", `index ${uid}: ${note}`))),
    "",
    "Until it is done nothing may write to these indexes; searches go on. Afterwards write through miroir alone.",
  ];
}

/** What an adoption did, for people, as lines. */
export function adoptedLines({ indexes }: AdoptionPlan): string[] {
  const documents = indexes.reduce((sum, index) => sum + index.documents, 0);
  return [
    `Adopted ${counted(indexes.length, "index", "indexes")} with ${counted(documents, "document")}. ` +
      "`miroir node add` brings further nodes in.",
  ];
}
