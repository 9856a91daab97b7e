import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import { untilSucceeded } from "../../execute/task-success.ts";
import { chunkByBytes } from "../../routing/payload/chunk.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { render } from "../../routing/payload/render.ts";
import { RESERVED_SHARD, RESERVED_VERSION, shardTags } from "../../routing/reserved.ts";
import { type Hasher, idHash } from "../../routing/shard.ts";
import type { HybridClock } from "../../routing/stamp.ts";
import { inSlices } from "../../util/in-slices.ts";
import type { Pace } from "../pace.ts";

/** What documents are tagged with. */
export interface TaggingContext {
  readonly operator: Operator;
  readonly node: NodeInfo;
  readonly hasher: Hasher;
  readonly stamps: HybridClock;
  readonly pace: Pace;
  /** `customMetadata` of the tasks. */
  readonly mark: string;
  readonly signal: AbortSignal;
}

/** An index whose documents are tagged. */
export interface IndexToTag {
  readonly uid: string;
  readonly primaryKey: string;
  /** Told how many documents are left, once a round is applied. */
  left(documents: number): Promise<void>;
}

/** Documents of one round, of one task, and of one stamp. */
const ROUND = 20_000;
const BATCH = 5000;
const STAMPED = 1000;

/** Largest body sent at once, in bytes. */
const BATCH_BYTES = 10_000_000;

const UNTAGGED = `${RESERVED_VERSION} NOT EXISTS OR ${RESERVED_SHARD} NOT EXISTS`;

/**
 * Gives every document of an index its tags and a stamp where it lies: partial updates, which keep all other fields and the
 * vectors. Which documents have none yet is all that it goes by, so it can be cut short anywhere and called again.
 */
export async function tagDocuments(context: TaggingContext, index: IndexToTag): Promise<void> {
  const { operator, node, signal, pace } = context;
  const source = { operator, index: index.uid, signal };
  const body = { filter: UNTAGGED, fields: pathsTo(index.primaryKey), limit: ROUND };
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const { records, total } = await fetchRecords(source, node, body);
    await index.left(total);
    if (total === 0) return;
    if (total >= before) throw stuck(index, total);
    before = total;
    const tasks: number[] = [];
    for (const batch of inSlices(records, BATCH)) {
      await pace.take(batch.length, signal);
      tasks.push(...(await send(context, index, batch)));
    }
    for (const taskUid of tasks)
      await untilSucceeded(operator, { node, taskUid, what: "the tagging of documents" }, signal);
  }
}

/** A key such as `a.b` is a field of that name, or `b` inside `a`: fields are replaced whole, so `a` is needed whole. */
function pathsTo(primaryKey: string): string[] {
  const names = primaryKey.split(".");
  return names.map((_, position) => names.slice(0, position + 1).join("."));
}

async function send(
  { operator, node, hasher, stamps, mark, signal }: TaggingContext,
  { uid, primaryKey }: IndexToTag,
  records: readonly RawRecord[],
): Promise<number[]> {
  const texts = inSlices(records, STAMPED).flatMap((slice) => {
    const stamp = stamps.next(false);
    return slice.map(({ fields }) => {
      const id = documentId({ fields }, primaryKey);
      return render({ id, fields }, { tags: shardTags(idHash(hasher, id)), stamp });
    });
  });
  const query = new URLSearchParams({ skipCreation: "true", customMetadata: mark }).toString();
  const call = { method: "PUT", path: `indexes/${uid}/documents`, query, unchecked: true, timeoutMs: 60_000 } as const;
  const uids: number[] = [];
  for (const text of chunkByBytes(texts, BATCH_BYTES)) {
    uids.push((await operator.demand<{ taskUid: number }>(node, { ...call, text, signal })).taskUid);
  }
  return uids;
}

function stuck({ uid }: IndexToTag, left: number): Error {
  return new Error(
    `${left} documents of index \`${uid}\` cannot be tagged: they have no tags after a task that succeeded`,
  );
}
