import type { JsonObject, JsonValue } from "../../../../core/types.ts";
import type { EngineSearch, EngineSettings } from "../contract.ts";
import { compareBytes } from "../fields/byte-order.ts";
import { distanceMeters, readGeoPoint, sortPoint } from "../fields/geo.ts";
import { isWithin } from "../fields/name-match.ts";
import { utf8Length } from "../text/normalize.ts";
import { type TokenizerOptions, tokenize } from "../text/tokenizer.ts";
import { type FormatOptions, formatOf, formatOptions } from "./format-options.ts";
import { type FormatMarkers, formatText } from "./highlight.ts";
import { type MatchedText, markedRange, type TermMatcher } from "./matches.ts";
import { jsonNumberText } from "./number-text.ts";
import { type FieldSelection, projectDocument, selectionOf } from "./project.ts";
import { selectFields } from "./select-fields.ts";

export type { TermMatch, TermMatcher } from "./matches.ts";

/** What the hits of one search are formatted with. */
export interface FormatContext {
  readonly settings: EngineSettings;
  readonly matcher: TermMatcher;
  readonly tokenizer: TokenizerOptions;
  /** Every field of the index, nested ones included; without it those of each document stand in. */
  readonly fields?: Iterable<string>;
}

/**
 * A document as a hit shows it: the retrieved fields, `_geoDistance` when sorted by a point, `_formatted`, and
 * `_matchesPosition`, in this order.
 */
export function formatHit(document: JsonObject, search: EngineSearch, context: FormatContext): JsonObject {
  const { settings, fields } = context;
  const selection = selectionOf(document, search, fields === undefined ? { settings } : { settings, known: fields });
  const hit = projectDocument(document, selection, search);
  addGeoDistance(hit, search);
  const options = formatOptions(search, selection);
  if (options.size === 0 && search.showMatchesPosition !== true) return hit;
  const formatter = new DocumentFormatter(search, { ...context, options, selection });
  const formatted = formatter.format(document);
  if (Object.keys(formatted).length > 0) hit["_formatted"] = formatted;
  if (search.showMatchesPosition === true) hit["_matchesPosition"] = formatter.positions();
  return hit;
}

function addGeoDistance(hit: JsonObject, search: EngineSearch): void {
  const base = sortPoint(search.sort ?? []);
  const point = readGeoPoint(hit["_geo"]);
  if (base !== undefined && point !== undefined) hit["_geoDistance"] = Math.round(distanceMeters(base, point));
}

/** Where a leaf value lies: its field, and its place in the arrays around it. */
interface Place {
  readonly field: string;
  readonly indices: readonly number[];
}

/** Formats the leaves of one document and notes where they match. */
class DocumentFormatter {
  readonly #search: EngineSearch;
  readonly #context: FormatContext & { readonly options: FormatOptions; readonly selection: FieldSelection };
  readonly #markers: FormatMarkers;
  readonly #positions = new Map<string, JsonObject[]>();

  constructor(
    search: EngineSearch,
    context: FormatContext & { readonly options: FormatOptions; readonly selection: FieldSelection },
  ) {
    this.#search = search;
    this.#context = context;
    this.#markers = {
      preTag: search.highlightPreTag ?? "<em>",
      postTag: search.highlightPostTag ?? "</em>",
      cropMarker: search.cropMarker ?? "…",
    };
  }

  format(document: JsonObject): JsonObject {
    const { options, selection } = this.#context;
    const names = this.#search.showMatchesPosition === true ? selection.displayed : [...options.keys()];
    const visible = selectFields(document, withoutVectors(names));
    return selectFields(this.#object(visible, { field: "", indices: [] }), options.keys());
  }

  positions(): JsonObject {
    return Object.fromEntries([...this.#positions].sort(([a], [b]) => compareBytes(a, b)));
  }

  #object(object: JsonObject, { field, indices }: Place): JsonObject {
    const formatted: JsonObject = {};
    for (const [key, value] of Object.entries(object)) {
      const place = { field: field === "" ? key : `${field}.${key}`, indices };
      formatted[key] = this.#isDisplayed(place.field) ? this.#value(value, place) : value;
    }
    return formatted;
  }

  #value(value: JsonValue, { field, indices }: Place): JsonValue {
    if (Array.isArray(value)) {
      return value.map((item, index) => this.#value(item, { field, indices: [...indices, index] }));
    }
    if (typeof value === "object" && value !== null) return this.#object(value, { field, indices });
    if (typeof value === "string") return this.#text(value, { field, indices });
    return typeof value === "number" ? this.#text(jsonNumberText(value), { field, indices }) : value;
  }

  #text(text: string, place: Place): string {
    const format = formatOf(this.#context.options, place.field);
    const isNoted = this.#search.showMatchesPosition === true;
    if (format === undefined && !isNoted) return text;
    const tokens = tokenize(text, this.#context.tokenizer);
    const matched: MatchedText = { text, tokens, matches: this.#context.matcher.matches(tokens) };
    if (isNoted) this.#note(matched, place);
    return format === undefined ? text : formatText(matched, format, this.#markers);
  }

  /** Of several values of one field that match, the server keeps the last. */
  #note(matched: MatchedText, { field, indices }: Place): void {
    const bounds = matched.matches.map((match): JsonObject => {
      const { start, end } = markedRange(matched, match);
      const length = utf8Length(matched.text.slice(start, end));
      const byteStart = matched.tokens[match.first]?.byteStart ?? 0;
      return indices.length === 0 ? { start: byteStart, length } : { start: byteStart, length, indices: [...indices] };
    });
    if (bounds.length > 0) this.#positions.set(field, bounds);
  }

  #isDisplayed(field: string): boolean {
    return this.#context.selection.displayed.some((name) => isWithin(name, field) || isWithin(field, name));
  }
}

function withoutVectors(names: readonly string[]): string[] {
  return names.filter((name) => !isWithin(name, "_vectors"));
}
