import { type EnqueuedTaskPromise, type Index, metaOf } from "../../src/index.ts";
import type { Movie } from "./data.ts";
import type { Pair } from "./stage.ts";

/** How long the demo waits for a task. */
export const PATIENCE = { timeout: 40_000 };

/** A write that is made on both sides. */
export interface Change {
  readonly name: string;
  apply(index: Index<Movie>): EnqueuedTaskPromise;
}

/** What the cluster said about a write. */
export interface ChangeRow {
  readonly name: string;
  /** Status of the write's task on the cluster, and on the single server. */
  readonly cluster: string;
  readonly reference: string;
  readonly degraded: boolean;
  /** Nodes that now owe the write. */
  readonly indebted: readonly string[];
  readonly degradedShards: readonly number[];
}

/** Additions, replacements, partial updates and deletions by id and by filter. */
export function changesTo(movies: readonly Movie[]): Change[] {
  const added = movies
    .slice(0, 40)
    .map((movie) => ({ ...movie, id: 10_000 + movie.id, title: `${movie.title} Returns` }));
  const replaced = movies
    .slice(100, 140)
    .map(({ id, title, imdb }) => ({ id, title: `${title} King`, ...(imdb && { imdb }) }));
  const updated = movies.slice(200, 240).map(({ id }) => ({ id, imdb: 9.9, genre: "Comedy" }));
  const deleted = movies.slice(300, 340).map(({ id }) => id);
  return [
    { name: "add 40 documents", apply: (index) => index.addDocuments(added) },
    { name: "replace 40 documents", apply: (index) => index.addDocuments(replaced) },
    { name: "update fields of 40 documents", apply: (index) => index.updateDocuments(updated) },
    { name: "delete 40 documents by id", apply: (index) => index.deleteDocuments(deleted) },
    { name: "delete by filter", apply: (index) => index.deleteDocuments({ filter: "imdb < 3" }) },
  ];
}

/** Makes the writes on both sides, in order, and waits until both have applied them. */
export async function applyChanges(changes: readonly Change[], pair: Pair): Promise<ChangeRow[]> {
  const sent = [];
  for (const { name, apply } of changes) {
    const [ours, theirs] = await Promise.all([apply(pair.cluster), apply(pair.reference)]);
    sent.push({ name, ours, theirs });
  }
  return Promise.all(
    sent.map(async ({ name, ours, theirs }) => {
      const meta = metaOf(ours);
      const [onCluster, onReference] = await Promise.all([
        pair.cluster.tasks.waitForTask(ours, PATIENCE),
        pair.reference.tasks.waitForTask(theirs, PATIENCE),
      ]);
      return {
        name,
        cluster: onCluster.status,
        reference: onReference.status,
        degraded: meta?.degraded ?? false,
        indebted: meta?.write?.indebted ?? [],
        degradedShards: meta?.write?.degradedShards ?? [],
      };
    }),
  );
}

/** Whether a write was accepted without the dead node, and said so. */
export function isAcceptedWithDebt(row: ChangeRow, deadNode: string): boolean {
  const isApplied = row.cluster === "succeeded" && row.reference === "succeeded";
  return isApplied && row.degraded && row.indebted.length === 1 && row.indebted[0] === deadNode;
}
