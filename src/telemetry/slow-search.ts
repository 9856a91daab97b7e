import type { SlowEvent } from "../core/events.ts";
import type { OperationName } from "./operation-name.ts";
import type { OperationEnd, OperationStart } from "./tracer.ts";

/** Operations that are told of when they are slow. */
export const SEARCHES: ReadonlySet<OperationName> = new Set(["search", "multi_search", "facet_search", "similar"]);

/** What is told of a slow search. */
export function slowEvent(start: OperationStart, { meta, ...end }: OperationEnd, durationMs: number): SlowEvent {
  return {
    ...start,
    ...end,
    durationMs,
    nodes: meta?.nodes ?? [],
    ...(meta?.read !== undefined && { requests: meta.read.requests }),
    failures: meta?.failures.length ?? 0,
    degraded: meta?.degraded ?? false,
  };
}
