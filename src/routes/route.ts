import type { ClusterRequest, ClusterResponse, HttpMethod } from "../core/types.ts";
import type { CallOptions, Cluster, ConfiguredCluster } from "./cluster.ts";

/** Path of an index's documents: the one place where a body may be the payload's own text. */
export const DOCUMENTS_PATH = /^indexes\/[^/]+\/documents$/;

/** A method and a path whose `:name` segments match anything. */
interface RoutePattern {
  readonly method: HttpMethod;
  /** `indexes/:uid/search` */
  readonly path: string;
}

/** What a handler gets beside the request. */
export interface RouteContext {
  /** Decoded values of the pattern's `:name` segments. */
  readonly path: Readonly<Record<string, string>>;
  readonly call: CallOptions;
  /** The cluster, met on first use. Handlers take what they need from the request's body before they await this. */
  cluster(): Promise<Cluster>;
  configured(): Promise<ConfiguredCluster>;
}

/** What one route means over a cluster. */
export interface RouteHandler {
  readonly routes: readonly RoutePattern[];
  handle(request: ClusterRequest, context: RouteContext): Promise<ClusterResponse>;
}

/** The values of a pattern's `:name` segments when the path fits it, `undefined` when not. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [position, segment] of expected.entries()) {
    const value = given[position] ?? "";
    if (segment.startsWith(":")) values[segment.slice(1)] = decode(value);
    else if (segment !== value) return undefined;
  }
  return values;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a lone percent sign is part of the name
  }
}
