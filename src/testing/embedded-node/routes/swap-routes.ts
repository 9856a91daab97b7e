import { invalidKey } from "../auth/access.ts";
import { ApiError } from "../http/api-error.ts";
import type { Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexUidRefusal } from "../indexes/index-uid.ts";
import type { NodeState } from "../node-state.ts";
import { arrayOf, boolean, checkedString, object } from "../validation/readers.ts";
import { enqueue } from "./enqueue.ts";

interface Swap {
  readonly indexes: readonly [string, string];
  readonly rename: boolean;
}

const readSwaps = arrayOf(
  object<{ indexes: string[]; rename?: boolean }>({
    indexes: {
      read: arrayOf(checkedString(indexUidRefusal)),
      code: "invalid_swap_indexes",
      required: "missing_swap_indexes",
    },
    rename: { read: boolean, code: "invalid_swap_rename" },
  }),
);

/** Swap pairs of indexes, or rename them. */
export const swapRoutes: readonly Route[] = [
  { method: "POST", path: "/swap-indexes", action: "indexes.swap", handle: swapIndexes },
];

function swapIndexes(context: RouteContext): Reply {
  const { node, access } = context;
  const swaps = readBody(context, readSwaps).map(toSwap);
  const uids = swaps.flatMap((swap) => swap.indexes);
  if (!uids.every((uid) => access.isIndexAllowed(uid))) throw invalidKey();
  refuseDuplicates(uids);
  const details = { swaps: swaps.map((swap) => ({ indexes: [...swap.indexes], rename: swap.rename })) };
  return enqueue(node, {
    type: "indexSwap",
    indexUid: null,
    details,
    run: () => {
      checkSwaps(node, swaps);
      for (const swap of swaps) applySwap(node, swap);
      return details;
    },
  });
}

function toSwap({ indexes, rename = false }: { indexes: string[]; rename?: boolean }): Swap {
  const [left, right, ...more] = indexes;
  if (left === undefined || right === undefined || more.length > 0) {
    const list = indexes.map((uid) => `"${uid}"`).join(", ");
    throw new ApiError(
      "invalid_swap_indexes",
      `Two indexes must be given for each swap. The list \`[${list}]\` contains ${indexes.length} indexes.`,
    );
  }
  return { indexes: [left, right], rename };
}

function refuseDuplicates(uids: readonly string[]): void {
  const repeated = [...new Set(uids.filter((uid, at) => uids.indexOf(uid) !== at))].sort();
  if (repeated.length === 0) return;
  const verb = repeated.length === 1 ? "was" : "were";
  throw new ApiError(
    "invalid_swap_duplicate_index_found",
    `Indexes must be declared only once during a swap. ${quoted(repeated)} ${verb} specified several times.`,
  );
}

function checkSwaps(node: NodeState, swaps: readonly Swap[]): void {
  const needed = swaps.flatMap((swap) => (swap.rename ? [swap.indexes[0]] : swap.indexes));
  const missing = needed.filter((uid) => !node.indexByUid.has(uid)).sort();
  if (missing.length > 0) {
    const noun = missing.length === 1 ? "Index" : "Indexes";
    throw new ApiError("index_not_found", `${noun} ${quoted(missing)} not found.`);
  }
  const taken = swaps.find((swap) => swap.rename && node.indexByUid.has(swap.indexes[1]));
  if (taken === undefined) return;
  const [from, to] = taken.indexes;
  throw new ApiError(
    "index_already_exists",
    `Cannot rename \`${from}\` to \`${to}\` as the index already exists. Hint: You can remove \`${to}\` first and then do your remove.`,
  );
}

function applySwap(node: NodeState, { indexes: [left, right], rename }: Swap): void {
  const first = node.index(left);
  const second = rename ? undefined : node.index(right);
  node.indexByUid.delete(left);
  first.uid = right;
  node.indexByUid.set(right, first);
  if (second !== undefined) {
    second.uid = left;
    node.indexByUid.set(left, second);
  }
  node.lastUpdate = node.settings.clock.now();
}

function quoted(uids: readonly string[]): string {
  return uids.map((uid) => `\`${uid}\``).join(", ");
}
