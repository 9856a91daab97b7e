import type { JsonObject } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";

/** What is known when the primary key of an addition is decided. */
export interface PrimaryKeyClues {
  readonly ofIndex: string | null;
  readonly ofRequest: string | undefined;
  readonly firstDocument: JsonObject | undefined;
}

/** The primary key to use: the index's, the request's, or the only field of the first document that ends with `id`. */
export function decidePrimaryKey(clues: PrimaryKeyClues): string {
  const { ofIndex, ofRequest } = clues;
  if (ofIndex !== null && ofRequest !== undefined && ofIndex !== ofRequest) throw primaryKeyAlreadyExists(ofIndex);
  const known = ofIndex ?? ofRequest;
  if (known !== undefined) return known;
  const candidates = Object.keys(clues.firstDocument ?? {}).filter((name) => name.toLowerCase().endsWith("id"));
  const [first, second] = candidates.sort();
  if (first === undefined) throw noCandidate();
  if (second !== undefined) throw severalCandidates(candidates.length, first, second);
  return first;
}

/** The refusal to give an index with documents another primary key. */
export function primaryKeyAlreadyExists(primaryKey: string): ApiError {
  return new ApiError("index_primary_key_already_exists", `Index already has a primary key: \`${primaryKey}\`.`);
}

const HINT = "Please specify the primary key manually using the `primaryKey` query parameter.";

function noCandidate(): ApiError {
  return new ApiError(
    "index_primary_key_no_candidate_found",
    `The primary key inference failed as the engine did not find any field ending with \`id\` in its name. ${HINT}`,
  );
}

function severalCandidates(count: number, first: string, second: string): ApiError {
  return new ApiError(
    "index_primary_key_multiple_candidates_found",
    `The primary key inference failed as the engine found ${count} fields ending with \`id\` in their names: '${first}' and '${second}'. ${HINT}`,
  );
}
