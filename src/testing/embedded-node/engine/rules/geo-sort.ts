import { DocSet } from "../doc-set.ts";
import type { RankingRule } from "./rule.ts";
import type { GeoPoint } from "./score.ts";

/** Documents within this distance of a bucket's first one belong to it, up to MAX_BUCKET of them. */
const MARGIN_METERS = 1;
const MAX_BUCKET = 1_000;

/** A sort by the distance to a point. */
export interface GeoSortOptions {
  readonly target: GeoPoint;
  readonly isAscending: boolean;
  point(docid: number): GeoPoint | undefined;
  distance(from: GeoPoint, to: GeoPoint): number;
}

interface Placed {
  readonly docid: number;
  readonly point: GeoPoint;
  readonly distance: number;
}

/** `_geoPoint(lat, lng):asc|desc`: documents by distance; those without a place last. */
export function geoSortRule(options: GeoSortOptions): RankingRule {
  const { target, isAscending } = options;
  return {
    start(universe, query) {
      const placed = placedDocs(universe, options);
      let next = 0;
      return {
        next(current) {
          while (next < placed.length && !current.has(placed[next]?.docid ?? 0)) next += 1;
          const first = placed[next];
          const docs = first === undefined ? current : takeBucket(placed, next, current);
          const score = { rule: "geo" as const, target, isAscending, point: first?.point, distance: first?.distance };
          return { docs, score, query };
        },
      };
    },
  };
}

function placedDocs(universe: DocSet, options: GeoSortOptions): Placed[] {
  const placed: Placed[] = [];
  for (const docid of universe) {
    const point = options.point(docid);
    if (point !== undefined) placed.push({ docid, point, distance: options.distance(options.target, point) });
  }
  return placed.sort((a, b) => (options.isAscending ? a.distance - b.distance : b.distance - a.distance));
}

function takeBucket(placed: readonly Placed[], start: number, current: DocSet): DocSet {
  const docids: number[] = [];
  const nearest = placed[start]?.distance ?? 0;
  for (let i = start; i < placed.length && docids.length < MAX_BUCKET; i += 1) {
    const doc = placed[i];
    if (doc === undefined || Math.abs(doc.distance - nearest) > MARGIN_METERS) break;
    if (current.has(doc.docid)) docids.push(doc.docid);
  }
  return DocSet.of(docids);
}
