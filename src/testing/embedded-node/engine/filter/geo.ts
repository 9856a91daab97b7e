import type { Filter, FilterToken, GeoPair } from "../../../../routing/filter/ast.ts";
import { finiteNumber } from "../../../../routing/filter/finite-number.ts";
import { DocSet } from "../doc-set.ts";
import { distanceMeters, type GeoPoint } from "../fields/geo.ts";
import { type FilterContext, within } from "./filter-context.ts";
import { FilterProblem, notFilterable } from "./filter-problem.ts";

/** The part of a filter that judges where documents lie. */
export type GeoFilter = Extract<Filter, { kind: "geoRadius" | "geoBoundingBox" | "geoPolygon" }>;

/** Documents whose `_geo` lies inside. Shapes in `_geojson` are not supported: a polygon is refused. */
export function evaluateGeo(filter: GeoFilter, context: FilterContext): DocSet {
  switch (filter.kind) {
    case "geoRadius":
      return withinRadius(filter, context);
    case "geoBoundingBox":
      return withinBox(filter, context);
    case "geoPolygon": {
      const [token] = filter.points[0] ?? [];
      if (token === undefined) throw new TypeError("a polygon has points");
      throw notFilterable(token, context.settings, "_geojson");
    }
  }
}

function withinRadius(filter: Extract<GeoFilter, { kind: "geoRadius" }>, context: FilterContext): DocSet {
  const center = pointOf(filter.point);
  const radius = numberOf(filter.radius);
  checkResolution(filter.resolution);
  checkGeoFilterable(filter.point[0], context);
  return located(context, (point) => distanceMeters(center, point) <= radius + Number.EPSILON);
}

function withinBox(filter: Extract<GeoFilter, { kind: "geoBoundingBox" }>, context: FilterContext): DocSet {
  const topRight = rawPoint(filter.topRight);
  const bottomLeft = rawPoint(filter.bottomLeft);
  checkPoint(filter.topRight, topRight);
  checkPoint(filter.bottomLeft, bottomLeft);
  if (topRight.lat < bottomLeft.lat) {
    const message = `The top latitude \`${topRight.lat}\` is below the bottom latitude \`${bottomLeft.lat}\`.`;
    throw new FilterProblem(message, filter.bottomLeft[1].span);
  }
  checkGeoFilterable(filter.topRight[0], context);
  const wrapsAround = topRight.lng < bottomLeft.lng;
  const inside = located(context, ({ lat, lng }) => {
    if (lat < bottomLeft.lat || lat > topRight.lat) return false;
    return wrapsAround ? lng >= bottomLeft.lng || lng <= topRight.lng : lng >= bottomLeft.lng && lng <= topRight.lng;
  });
  return within(context, inside);
}

function located({ index }: FilterContext, isInside: (point: GeoPoint) => boolean): DocSet {
  const selected = DocSet.empty();
  for (const docid of index.all) {
    const point = index.geo(docid);
    if (point !== undefined && isInside(point)) selected.add(docid);
  }
  return selected;
}

function pointOf(pair: GeoPair): GeoPoint {
  const point = rawPoint(pair);
  checkPoint(pair, point);
  return point;
}

function rawPoint([lat, lng]: GeoPair): GeoPoint {
  return { lat: numberOf(lat), lng: numberOf(lng) };
}

function checkPoint([latToken, lngToken]: GeoPair, { lat, lng }: GeoPoint): void {
  if (lat < -90 || lat > 90) {
    const message = `Bad latitude \`${lat}\`. Latitude must be contained between -90 and 90 degrees.`;
    throw new FilterProblem(message, latToken.span);
  }
  if (lng < -180 || lng > 180) {
    const inside = ((((lng + 180) % 360) + 360) % 360) - 180;
    const message = `Bad longitude \`${lng}\`. Longitude must be contained between -180 and 180 degrees. Hint: try using \`${inside}\` instead.`;
    throw new FilterProblem(message, lngToken.span);
  }
}

function checkResolution(token: FilterToken | undefined): void {
  if (token === undefined) return;
  const resolution = Math.max(0, Math.trunc(numberOf(token)));
  if (resolution >= 3 && resolution <= 1000) return;
  const message = `Invalid resolution \`${resolution}\`. Resolution must be between 3 and 1000.`;
  throw new FilterProblem(message, token.span);
}

/** Only the plain name `_geo` makes places filterable; a pattern that covers it does not. */
function checkGeoFilterable(token: FilterToken, { settings }: FilterContext): void {
  if (!settings.filterableAttributes.includes("_geo")) throw notFilterable(token, settings, "_geo/_geojson");
}

function numberOf(token: FilterToken): number {
  const number = finiteNumber(token.value);
  if (number === undefined) throw new FilterProblem("Non finite floats are not supported", token.span);
  return number;
}
