import { authorize, FULL_ACCESS } from "../auth/access.ts";
import { EngineError } from "../engine/contract.ts";
import type { NodeState } from "../node-state.ts";
import { ApiError } from "./api-error.ts";
import { type EmbeddedRequest, type EmbeddedResponse, type Reply, toResponse } from "./message.ts";
import type { Route } from "./route.ts";
import type { Router } from "./router.ts";

/** Answers one request: finds the route, checks the key, runs the handler, words what went wrong. */
export function handleRequest(node: NodeState, router: Router, request: EmbeddedRequest): EmbeddedResponse {
  if (request.method === "OPTIONS") return toResponse({ status: 200 });
  const match = router.match(request.method, request.path);
  if (match === undefined) return toResponse({ status: 404 });
  if (match.route === undefined) return toResponse({ status: 405, headers: { allow: match.allowed.join(", ") } });
  return toResponse(run(match.route, { node, request, params: match.params }));
}

function run(
  route: Route,
  context: { node: NodeState; request: EmbeddedRequest; params: Readonly<Record<string, string>> },
): Reply {
  try {
    const access =
      route.action === null
        ? FULL_ACCESS
        : authorize(context.node.keys, {
            authorization: context.request.headers["authorization"],
            action: route.action,
            indexUid: context.params["indexUid"],
            nowMs: context.node.settings.clock.now(),
          });
    return route.handle({ ...context, access });
  } catch (cause) {
    return refusal(cause);
  }
}

function refusal(cause: unknown): Reply {
  const error = cause instanceof EngineError ? new ApiError(cause.code, cause.message) : cause;
  if (error instanceof ApiError) return { status: error.status, body: { ...error.body } };
  const words = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { status: 500, body: { ...new ApiError("internal", words).body } };
}
