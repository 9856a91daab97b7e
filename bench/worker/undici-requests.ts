import { channel } from "node:diagnostics_channel";

/** A request as undici announces it. */
export interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** Name, value, name, value, … */
  readonly headers: readonly string[];
}

/** Calls back for every request that undici begins, or whose answer is whole, until the returned function is called. */
export function onUndici(event: "create" | "trailers", told: (request: UndiciRequest) => void): () => void {
  const announcements = channel(`undici:request:${event}`);
  const listener = (message: unknown) => told((message as { request: UndiciRequest }).request);
  announcements.subscribe(listener);
  return () => announcements.unsubscribe(listener);
}
