import type { JsonObject } from "../../core/types.ts";
import { numberOf } from "../answer-shape.ts";
import { valuesAt } from "../attribute-path.ts";
import { compareCodePoints } from "../code-points.ts";
import { distinctFilter } from "../distinct.ts";
import type { MergedHits } from "../hits.ts";
import { kWayMerge } from "../k-way.ts";
import { injectPins, type Pin, sortedPins, takePins } from "../pins.ts";
import type { MergePlan } from "../shard-request.ts";
import { type WeightedKeys, weightedKeys } from "./weighted-keys.ts";
import { compareWeighted, type WeightedKey } from "./weighted-value.ts";

/** One query of a federated search with the nodes' hits. */
export interface FederatedQuery {
  readonly position: number;
  /** Uid of the index as the user knows it. */
  readonly uid: string;
  readonly primaryKey: string | null;
  readonly weight: number;
  readonly plan: MergePlan;
  /** Hits of the query over all nodes, with `_rankingScore`. */
  readonly merged: MergedHits;
  /** Hits of each node by words. */
  readonly lists: readonly (readonly JsonObject[])[];
}

/** A hit and what decides its place. */
export interface FederatedHit {
  readonly hit: JsonObject;
  readonly key: WeightedKey;
  readonly query: FederatedQuery;
}

/** The merged list, and what happened on the way. */
export interface FederatedHits {
  readonly hits: readonly FederatedHit[];
  /** Hits left out because a better one has the same value of the distinct attribute. */
  readonly rejected: number;
  /** True when hits of several queries were compared by scores that depend on the node. */
  readonly isEstimated: boolean;
  readonly isMultiValued: boolean;
}

/** What the list is made for. */
export interface FederationWindow {
  /** Hits that the merged list must hold. */
  readonly required: number;
  /** Attribute whose values must be unique over all queries. */
  readonly distinct: string | null;
}

/**
 * One list out of those of several queries, as one server makes it: the queries of an index by weighted score, each
 * document once, then the indexes.
 */
export function federateHits(queries: readonly FederatedQuery[], window: FederationWindow): FederatedHits {
  const keys = queries.map((query) => {
    return weightedKeys({ ...query, lists: takePins(query.lists).lists, ordered: query.plan.ordered });
  });
  const uids = [...new Set(queries.map(({ uid }) => uid))].sort(compareCodePoints);
  const lists = uids.map((uid) => {
    const own = queries.flatMap((query, place) => (query.uid === uid ? [keyed(query, keys[place])] : []));
    return {
      hits: own,
      pins: queries.flatMap((query) => (query.uid === uid ? pinned(query) : [])),
      required: Math.min(
        ...queries.map((query) => (query.uid === uid ? query.plan.required : Number.POSITIVE_INFINITY)),
      ),
    };
  });
  const indexes = lists.map(({ hits, pins, required }) => {
    const own = mergeLists(hits, { ...window, required }, uniqueDocuments());
    return { ...own, ...injectPins(own.hits, sortedPins(pins), required) };
  });
  const merged = mergeLists(
    indexes.map(({ ranked }) => ranked),
    { ...window, required: window.distinct === null ? window.required : Number.POSITIVE_INFINITY },
    () => true,
  );
  const pins = sortedPins(indexes.flatMap((index) => index.pins));
  return {
    hits: injectPins(merged.hits, pins, window.required).list,
    rejected: merged.rejected + indexes.reduce((sum, { rejected }) => sum + rejected, 0),
    isEstimated: queries.length > 1 && keys.some((each) => each.isEstimated()),
    isMultiValued: merged.isMultiValued || queries.some(({ merged: { isMultiValued } }) => isMultiValued),
  };
}

function keyed(query: FederatedQuery, keys: WeightedKeys | undefined): FederatedHit[] {
  if (keys === undefined) return [];
  return query.merged.ranked.map((hit) => ({ hit, query, key: keys.keyOf(hit) }));
}

/** Pinned hits compete with no others; their score is shown all the same. */
function pinned(query: FederatedQuery): Pin<FederatedHit>[] {
  const { weight, position, merged } = query;
  return merged.pins.map((pin) => {
    const score = numberOf(pin.hit["_rankingScore"], "`_rankingScore`") * weight;
    return { position: pin.position, hit: { hit: pin.hit, query, key: { values: [], score, position } } };
  });
}

/** Accepts each document of an index once, in its best place. */
function uniqueDocuments(): (hit: FederatedHit) => boolean {
  const seen = new Set<string>();
  return ({ hit, query: { primaryKey } }) => {
    const [id] = primaryKey === null ? [] : valuesAt(hit, primaryKey);
    if (id === undefined) return true;
    const isNew = !seen.has(String(id));
    seen.add(String(id));
    return isNew;
  };
}

interface MergedList {
  readonly hits: readonly FederatedHit[];
  readonly rejected: number;
  readonly isMultiValued: boolean;
}

function mergeLists(
  lists: readonly (readonly FederatedHit[])[],
  { required, distinct }: FederationWindow,
  isNew: (hit: FederatedHit) => boolean,
): MergedList {
  const filter = distinct === null ? undefined : distinctFilter(distinct);
  const hits: FederatedHit[] = [];
  let rejected = 0;
  if (required > 0) {
    kWayMerge({
      lists,
      keyOf: ({ key }) => key,
      compare: compareWeighted,
      visit: (hit) => {
        if (!isNew(hit)) return true;
        if (filter?.accepts(hit.hit) === false) rejected += 1;
        else hits.push(hit);
        return hits.length < required;
      },
    });
  }
  return { hits, rejected, isMultiValued: filter?.sawSeveralValues() ?? false };
}
