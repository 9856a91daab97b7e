import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import type { RouteContext, RouteHandler } from "./route.ts";

/**
 * Handles a request, and once more when the nodes did not have the index that this process took it for: another one may
 * have deleted it or made it anew since the rows were read. Nothing was done the first time.
 */
export async function handleKnowing(
  handler: RouteHandler,
  request: ClusterRequest,
  context: RouteContext,
): Promise<ClusterResponse> {
  let revision = 0;
  const cluster = () => {
    const met = context.cluster();
    met.then(
      ({ registry }) => {
        revision = registry.revision;
      },
      () => undefined, // the handler's to say
    );
    return met;
  };
  try {
    // The handler must come first: it takes what may change from the body before anything is awaited.
    const response = await handler.handle(request, { ...context, cluster });
    const isMissing = (response.body as { code?: unknown } | null | undefined)?.code === "index_not_found";
    if (!isMissing || !(await learnsMore(await context.cluster(), revision))) return response;
  } catch (error) {
    if (!isLackOfIndex(error) || !(await learnsMore(await context.cluster(), revision))) throw error;
  }
  return handler.handle(request, context);
}

/** Every node that holds the shards may have said that it has no such index: as the answer, or of one query among others. */
function isLackOfIndex(error: unknown): boolean {
  if (!(error instanceof MiroirError) || error.code !== "miroir_shard_unavailable") return false;
  return error.attempts.some(({ status }) => status === 404 || status === 400);
}

/** Whether the nodes show rows that were not known at the given revision. */
async function learnsMore({ registry }: Cluster, revision: number): Promise<boolean> {
  await registry.refresh().catch(() => undefined); // those known have to do
  return registry.revision !== revision;
}
