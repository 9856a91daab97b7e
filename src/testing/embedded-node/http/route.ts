import type { Access } from "../auth/access.ts";
import type { Action } from "../auth/actions.ts";
import type { NodeState } from "../node-state.ts";
import type { EmbeddedRequest, Reply } from "./message.ts";

/** What a route handler works with; the caller is already known to be allowed. */
export interface RouteContext {
  readonly node: NodeState;
  readonly request: EmbeddedRequest;
  /** Decoded variable parts of the path by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly access: Access;
}

/** One method of one path. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/indexes/:indexUid/search`; parts that begin with a colon are variable. */
  readonly path: string;
  /** What a key must allow; `null` = no key needed. */
  readonly action: Action | null;
  /** The route only reads, whatever its method. */
  readonly isRead?: true;
  readonly handle: (context: RouteContext) => Reply;
}
