import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { parseJson } from "../../routing/payload/json.ts";
import { JsonScanner } from "../../routing/payload/json-scanner.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_VERSION } from "../../routing/reserved.ts";
import type { Operator } from "../operator.ts";

/** Which index documents are read of, and who reads. */
export interface RecordSource {
  readonly operator: Operator;
  /** Physical uid. */
  readonly index: string;
  readonly signal: AbortSignal;
}

/** Some of the documents that a node has, and how many there are in all. */
export interface FetchedRecords {
  readonly records: readonly RawRecord[];
  readonly total: number;
}

/**
 * Reads documents of a node past every shard filter, every value as the node wrote it, miroir's own fields included.
 * @param body of `documents/fetch`
 */
export async function fetchRecords(source: RecordSource, node: NodeInfo, body: JsonObject): Promise<FetchedRecords> {
  const text = await source.operator.demand<string>(node, {
    method: "POST",
    path: `indexes/${source.index}/documents/fetch`,
    body,
    asText: true,
    signal: source.signal,
    timeoutMs: 60_000,
  });
  const fields = new Map<string, string>();
  const scanner = new JsonScanner(text);
  scanner.peek();
  scanner.eachField((key, rawValue) => fields.set(key, rawValue));
  return { records: parseJson(fields.get("results") ?? "[]"), total: Number(fields.get("total") ?? 0) };
}

/** The stamp of a document's last write, empty when it has none. */
export function stampOf(record: RawRecord | undefined): string {
  const raw = record?.fields.find((field) => field.key === RESERVED_VERSION)?.rawValue;
  return raw === undefined ? "" : String(JSON.parse(raw));
}
