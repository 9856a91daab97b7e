import { topologyOf } from "../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { RuleRecord } from "../cluster/search-rule.ts";
import { isObject } from "../cluster/settings/json-shape.ts";
import type { Topology } from "../cluster/topology.ts";
import type { RulePin } from "../merge/pin-precedence.ts";
import type { SearchRules } from "../merge/search-view.ts";
import { MOST_ALTERNATIVES } from "../routing/filter/constraints.ts";
import type { Cluster } from "./cluster.ts";

/** What the merge must know of the search rules that may pin documents of an index; undefined when there never were any. */
export function searchRulesOf({ rules, topology }: Cluster, row: IndexRow): SearchRules | undefined {
  if (!rules.wereAny) return undefined;
  const isAboutFilters = rules.inForce.some(looksAtFilter);
  return {
    pins: rules.inForce.flatMap((rule) => pinsOf(rule, row)),
    isOutdated: rules.inForce.some((rule) => isOutdated(rule, row)),
    mostAlternatives: isAboutFilters ? mostAlternatives(topologyOf(row, topology)) : undefined,
  };
}

function pinsOf({ uid: rule, actions, precedence }: RuleRecord, { uid }: IndexRow): RulePin[] {
  const own = actions.filter(({ selector }) => (selector.indexUid ?? uid) === uid);
  return own.map(({ selector, action }) => ({
    rule,
    id: selector.id,
    position: action.position,
    precedence: precedence ?? null,
  }));
}

/** Whether nodes were told another name of the index than the one it has there. */
function isOutdated({ actions, sent }: RuleRecord, row: IndexRow): boolean {
  return actions.some(({ selector }, at) => {
    return selector.indexUid === row.uid && sent[at]?.selector.indexUid !== physicalUid(row);
  });
}

function looksAtFilter({ conditions }: RuleRecord): boolean {
  const { filter } = conditions;
  return isObject(filter) && isObject(filter["values"]) && Object.keys(filter["values"]).length > 0;
}

/** Each shard that a node is asked for multiplies the ways through a filter; one way is always looked at. */
function mostAlternatives({ groups, shards }: Topology): number {
  if (shards === 1) return MOST_ALTERNATIVES;
  const held = new Map<string, number>();
  for (const { table } of groups) {
    for (const owners of table) for (const id of owners) held.set(id, (held.get(id) ?? 0) + 1);
  }
  return Math.max(1, Math.floor(MOST_ALTERNATIVES / Math.max(1, ...held.values())));
}
