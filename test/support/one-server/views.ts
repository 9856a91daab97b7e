import type { EnqueuedTaskPromise, Meilisearch } from "meilisearch";

/** What a write said at once, and what became of it. */
export async function finished(enqueued: EnqueuedTaskPromise): Promise<unknown> {
  return [await enqueued, await enqueued.waitTask()];
}

/** Everything that an index holds, in the order of ids. */
export async function documentsOf(client: Meilisearch, uid = "movies"): Promise<unknown> {
  const { results, total } = await client.index(uid).getDocuments({ limit: 1000, retrieveVectors: true });
  const key = (await client.index(uid).fetchPrimaryKey()) ?? "id";
  return [total, results.sort((a, b) => String(a[key]).localeCompare(String(b[key])))];
}

/** What a write did: its answers, then the documents of the index. */
export async function written(client: Meilisearch, enqueued: EnqueuedTaskPromise, uid = "movies"): Promise<unknown> {
  const outcome = await finished(enqueued);
  return [outcome, await documentsOf(client, uid).catch((error: unknown) => error)];
}

/** What became of several writes together. */
export async function allWritten(client: Meilisearch, enqueued: readonly EnqueuedTaskPromise[]): Promise<unknown> {
  const tasks = await Promise.all(enqueued.map((each) => each.waitTask()));
  return [tasks, await documentsOf(client)];
}
