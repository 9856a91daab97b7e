import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { OperatorCallFailed } from "../../execute/operator.ts";
import { type FetchedRecords, fetchRecords } from "../../execute/repair/fetch-records.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Pauses before a read is sent again, in milliseconds. */
const PAUSES_MS = [200, 1000, 3000];

/** As `fetchRecords`, again after a while when a node was busy or away for a moment: a walk over an index takes long. */
export async function fetchPatiently(
  context: VerifyContext,
  node: NodeInfo,
  body: JsonObject,
): Promise<FetchedRecords> {
  const { clock } = context.cluster;
  for (const pauseMs of PAUSES_MS) {
    try {
      return await fetchRecords(context, node, body);
    } catch (error) {
      if (!(error instanceof OperatorCallFailed) || error.outcome.kind === "answered" || context.signal.aborted)
        throw error;
      await clock.sleep(pauseMs, context.signal);
    }
  }
  return fetchRecords(context, node, body);
}
