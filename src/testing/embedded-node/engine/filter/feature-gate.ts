import type { JsonValue } from "../../../../core/types.ts";
import type { Filter, FilterToken } from "../../../../routing/filter/ast.ts";
import { FilterSyntaxError, located } from "../../../../routing/filter/failure.ts";
import { filterFromJson } from "../../../../routing/filter/from-json.ts";
import { findInFilter } from "../../../../routing/filter/walk.ts";
import { EngineError } from "../contract.ts";

/** Experimental features that open parts of the filter grammar, named as the server's route names them. */
export interface FilterGateFeatures {
  readonly containsFilter: boolean;
  readonly foreignKeys: boolean;
  readonly network: boolean;
  readonly multimodal: boolean;
}

interface Gate {
  readonly feature: keyof FilterGateFeatures;
  readonly refusal: string;
  pick(part: Filter): FilterToken | undefined;
}

const GATES: readonly Gate[] = [
  {
    feature: "containsFilter",
    refusal: refusal("Using `CONTAINS` in a filter", "contains filter", 763),
    pick: (part) => (part.kind === "contains" ? part.keyword : undefined),
  },
  {
    feature: "foreignKeys",
    refusal: refusal("using a foreign filter", "foreign_keys", 873),
    pick: (part) => (part.kind === "foreign" ? part.attribute : undefined),
  },
  {
    feature: "network",
    refusal: refusal("using a shard filter", "network", 805),
    pick: (part) => ("attribute" in part && part.attribute.value === "_shard" ? part.attribute : undefined),
  },
  {
    feature: "multimodal",
    refusal: refusal("using a vector filter", "multimodal", 846),
    pick: (part) => (part.kind === "vectors" ? part.attribute : undefined),
  },
];

/**
 * Refuses a filter that uses what the instance has not enabled, with code `feature_not_enabled`; a filter that cannot
 * be parsed is refused with the caller's code. The routes call this before the engine, which knows no features.
 */
export function gateFilter(filter: JsonValue | undefined, features: FilterGateFeatures, code: string): void {
  if (filter === undefined || filter === null) return;
  const parsed = parse(filter, code);
  if (parsed === undefined) return;
  for (const gate of GATES) {
    if (features[gate.feature]) continue;
    const token = findInFilter(parsed, gate.pick);
    if (token !== undefined) throw new EngineError("feature_not_enabled", located(gate.refusal, token.span));
  }
}

function parse(filter: JsonValue, code: string): Filter | undefined {
  try {
    return filterFromJson(filter);
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw new EngineError(code, error.message);
    throw error;
  }
}

function refusal(action: string, feature: string, discussion: number): string {
  return `${action} requires enabling the \`${feature}\` experimental feature. See https://github.com/orgs/meilisearch/discussions/${discussion}`;
}
