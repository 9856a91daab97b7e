import type { JsonValue } from "../../../../core/types.ts";

/** A place on earth, in degrees. */
export interface GeoPoint {
  readonly lat: number;
  readonly lng: number;
}

/** Mean radius of the earth that the server reckons with. */
const EARTH_RADIUS_METERS = 6_371_000;

const SORT_POINT = /_geoPoint\(\s*([\d.-]+)\s*,\s*([\d.-]+)\s*\)/;

/** Distance along the surface by the haversine formula, rounded to millimetres as the server does. */
export function distanceMeters(a: GeoPoint, b: GeoPoint): number {
  const latA = radians(a.lat);
  const latB = radians(b.lat);
  const delta = haversine(latB - latA) + Math.cos(latA) * Math.cos(latB) * haversine(radians(b.lng) - radians(a.lng));
  return Math.round(2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(delta)) * 1000) / 1000;
}

/** The place of a document's `_geo`: coordinates are numbers or numeric strings; undefined when there is none. */
export function readGeoPoint(value: JsonValue | undefined): GeoPoint | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const lat = coordinate(value["lat"]);
  const lng = coordinate(value["lng"]);
  return lat === undefined || lng === undefined ? undefined : { lat, lng };
}

/** The base point of the first `_geoPoint(lat, lng)` among sort expressions. */
export function sortPoint(sort: readonly string[]): GeoPoint | undefined {
  for (const expression of sort) {
    const found = SORT_POINT.exec(expression);
    if (found !== null) return readGeoPoint({ lat: found[1] ?? "", lng: found[2] ?? "" });
  }
  return undefined;
}

function coordinate(value: JsonValue | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function haversine(angle: number): number {
  return (1 - Math.cos(angle)) / 2;
}
