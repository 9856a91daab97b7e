import type { NodeInfo } from "../../core/types.ts";
import { chunkByBytes } from "../../routing/payload/chunk.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import type { Operator } from "../operator.ts";
import { untilSucceeded } from "../task-success.ts";
import type { Correction } from "./reconcile.ts";

/** What copies to one index of a node have in common. */
export interface CopyTargetOptions {
  readonly operator: Operator;
  /** Physical uid. */
  readonly index: string;
  readonly primaryKey: string;
  /** `customMetadata` of the tasks. */
  readonly mark: string;
}

/** Largest body of a copy, in bytes. */
const COPY_BYTES = 10_000_000;

/** Longest wait for a node to take a copy, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** An index of a node that documents are copied to as they lie on another node: replaced whole, every field as it was read. */
export class CopyTarget {
  readonly node: NodeInfo;
  readonly #options: CopyTargetOptions;

  constructor(node: NodeInfo, options: CopyTargetOptions) {
    this.node = node;
    this.#options = options;
  }

  /** Enqueues what makes a replica right, in order; answers the node's tasks. */
  async send({ put, remove }: Correction, signal?: AbortSignal): Promise<number[]> {
    const uids: number[] = [];
    for (const body of chunkByBytes(put.map(toJson), COPY_BYTES)) uids.push(await this.#put(body, signal));
    if (remove.length > 0) uids.push(await this.#remove(remove, signal));
    return uids;
  }

  /** Waits until a task has succeeded. @throws NodeTaskFailed */
  applied(taskUid: number, signal: AbortSignal): Promise<void> {
    return untilSucceeded(this.#options.operator, { node: this.node, taskUid, what: "a copy" }, signal);
  }

  #put(text: string, signal: AbortSignal | undefined): Promise<number> {
    const { index, primaryKey, mark } = this.#options;
    const query = new URLSearchParams({ primaryKey, customMetadata: mark }).toString();
    return this.#enqueue({ path: `indexes/${index}/documents`, query, text }, signal);
  }

  #remove(ids: readonly string[], signal: AbortSignal | undefined): Promise<number> {
    const { index, mark } = this.#options;
    const query = new URLSearchParams({ customMetadata: mark }).toString();
    return this.#enqueue({ path: `indexes/${index}/documents/delete-batch`, query, text: JSON.stringify(ids) }, signal);
  }

  async #enqueue(
    call: { readonly path: string; readonly query: string; readonly text: string },
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { taskUid } = await this.#options.operator.demand<{ taskUid: number }>(this.node, {
      ...{ ...call, method: "POST", timeoutMs: TIMEOUT_MS },
      ...(signal && { signal }),
    });
    return taskUid;
  }
}

function toJson({ fields }: RawRecord): string {
  return `{${fields.map(({ key, rawValue }) => `${JSON.stringify(key)}:${rawValue}`).join(",")}}`;
}
