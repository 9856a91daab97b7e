import { EngineError } from "../contract.ts";
import type { GeoPoint } from "../rules/score.ts";

/** One element of a request's `sort`. */
export interface SortExpression {
  readonly by: { readonly field: string } | { readonly point: GeoPoint };
  readonly isAscending: boolean;
}

const RESERVED = new Set([
  "_geo",
  "_geojson",
  "_geoDistance",
  "_geoPoint",
  "_geoRadius",
  "_geoBoundingBox",
  "_geoPolygon",
]);
const RESERVED_CALL = /^_geo(?:Radius|BoundingBox|Distance|)\(/;
const USE_POINT = "Use the _geoPoint(latitude, longitude) built-in rule to sort on _geo field coordinates.";

/** Reads `field:asc`, `field:desc` and `_geoPoint(lat, lng):asc`; throws {@link EngineError} with the given code. */
export function parseSort(expressions: readonly string[], code: string): SortExpression[] {
  return expressions.map((text) => {
    const [, member, direction] = /^(.*):(asc|desc)$/su.exec(text) ?? [];
    if (member === undefined) {
      throw new EngineError(
        code,
        `Invalid syntax for the sort parameter: expected expression ending by \`:asc\` or \`:desc\`, found \`${text}\`.`,
      );
    }
    return { by: parseMember(member, code), isAscending: direction === "asc" };
  });
}

function parseMember(text: string, code: string): SortExpression["by"] {
  const [, point] = /^_geoPoint\((.*)\)$/su.exec(text) ?? [];
  if (point !== undefined) return { point: parsePoint(text, point, code) };
  if (!RESERVED.has(text) && !RESERVED_CALL.test(text)) return { field: text };
  throw new EngineError(code, reservedMessage(text));
}

function reservedMessage(text: string): string {
  if (text.startsWith("_geoPoint")) return badPoint(text);
  for (const name of ["_geoRadius", "_geoBoundingBox"]) {
    if (text.startsWith(name)) return `${reserved(name)} ${USE_POINT}`;
  }
  return text === "_geo" ? `${reserved(text)} ${USE_POINT}` : reserved(text);
}

function reserved(name: string): string {
  return `\`${name}\` is a reserved keyword and thus can't be used as a sort expression.`;
}

function badPoint(text: string): string {
  return `Invalid syntax for the geo parameter: expected expression formated like \`_geoPoint(latitude, longitude)\` and ending by \`:asc\` or \`:desc\`, found \`${text}\`.`;
}

function parsePoint(text: string, point: string, code: string): GeoPoint {
  const comma = point.indexOf(",");
  const lat = comma < 0 ? undefined : parseNumber(point.slice(0, comma));
  const lng = comma < 0 ? undefined : parseNumber(point.slice(comma + 1));
  if (lat === undefined || lng === undefined) throw new EngineError(code, badPoint(text));
  if (!(lat >= -90 && lat <= 90)) {
    throw new EngineError(code, `Bad latitude \`${lat}\`. Latitude must be contained between -90 and 90 degrees.`);
  }
  if (!(lng >= -180 && lng <= 180)) {
    throw new EngineError(code, `Bad longitude \`${lng}\`. Longitude must be contained between -180 and 180 degrees.`);
  }
  return { lat, lng };
}

function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}
