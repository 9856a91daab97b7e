import type { TestNode } from "./test-cluster.ts";

/** The servers of a test cluster as their source hands them over. */
export interface NodeSet {
  readonly nodes: readonly TestNode[];
  readonly masterKey: string | undefined;
  /** Says what the servers are, once their version is known. */
  describe(version: string): string;
  close(): Promise<void>;
}

/** What a source is asked for. */
export interface NodeDemand {
  readonly count: number;
  readonly masterKey: string | undefined;
}

/** Key of the servers that a test cluster starts, unless told. */
export const DEFAULT_MASTER_KEY = "masterKey";

/** Id of the server at a position, from 0. */
export function nodeId(position: number): string {
  return `node-${position + 1}`;
}
