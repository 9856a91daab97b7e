import type { Filter, FilterToken, GeoPair } from "./ast.ts";

/**
 * A filter as text in the server's own form: every name and value in double quotes, operands in parentheses. Search
 * filters are worded from this form in 1.50, so errors point into it. Parsing it again gives an equal filter.
 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "not":
      return `NOT (${printFilter(filter.operand)})`;
    case "and":
      return filter.operands.map((operand) => `(${printFilter(operand)})`).join(" AND ");
    case "or":
      return filter.operands.map((operand) => `(${printFilter(operand)})`).join(" OR ");
    case "compare":
      return `${quote(filter.attribute)} ${filter.operator} ${quote(filter.value)}`;
    case "between":
      return `${quote(filter.attribute)} ${quote(filter.from)} TO ${quote(filter.to)}`;
    case "in":
      return `${quote(filter.attribute)} IN [${filter.values.map(quote).join(", ")}]`;
    case "exists":
      return `${quote(filter.attribute)} EXISTS`;
    case "null":
      return `${quote(filter.attribute)} IS NULL`;
    case "empty":
      return `${quote(filter.attribute)} IS EMPTY`;
    case "contains":
      return `${quote(filter.attribute)} CONTAINS ${quote(filter.value)}`;
    case "startsWith":
      return `${quote(filter.attribute)} STARTS WITH ${quote(filter.value)}`;
    case "vectors":
      return `${printVectors(filter)} EXISTS`;
    case "foreign":
      return `_foreign(${quote(filter.attribute)}, ${printFilter(filter.operand)})`;
    default:
      return printGeo(filter);
  }
}

function printGeo(filter: Extract<Filter, { kind: "geoRadius" | "geoBoundingBox" | "geoPolygon" }>): string {
  switch (filter.kind) {
    case "geoRadius": {
      const parts = [...filter.point, filter.radius, ...(filter.resolution === undefined ? [] : [filter.resolution])];
      return `_geoRadius(${parts.map((part) => part.value).join(", ")})`;
    }
    case "geoBoundingBox":
      return `_geoBoundingBox(${printPair(filter.topRight)}, ${printPair(filter.bottomLeft)})`;
    case "geoPolygon":
      return `_geoPolygon(${filter.points.map(printPair).join(", ")})`;
  }
}

function printVectors({ embedder, aspect }: Extract<Filter, { kind: "vectors" }>): string {
  const name = embedder === undefined ? "_vectors" : `_vectors.${quote(embedder)}`;
  if (aspect === "any") return name;
  return typeof aspect === "string" ? `${name}.${aspect}` : `${name}.fragments.${quote(aspect)}`;
}

function printPair([latitude, longitude]: GeoPair): string {
  return `[${latitude.value}, ${longitude.value}]`;
}

function quote(token: FilterToken): string {
  return JSON.stringify(token.value);
}
