import type { Route } from "../http/route.ts";
import { enqueue } from "./enqueue.ts";

/** Dumps and snapshots: tasks that succeed and write nothing, for the embedded node keeps its data in memory. */
export const backupRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/dumps",
    action: "dumps.create",
    handle: ({ node }) =>
      enqueue(node, {
        type: "dumpCreation",
        indexUid: null,
        details: { dumpUid: null },
        run: () => ({ dumpUid: dumpUid(node.settings.clock.now()) }),
      }),
  },
  {
    method: "POST",
    path: "/snapshots",
    action: "snapshots.create",
    handle: ({ node }) => enqueue(node, { type: "snapshotCreation", indexUid: null, run: () => undefined }),
  },
];

/** Day and time to the millisecond, as the server names its dumps. */
function dumpUid(now: number): string {
  const digits = new Date(now).toISOString().replace(/[^0-9]/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
