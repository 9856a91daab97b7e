import type { JsonObject } from "../../../../core/types.ts";
import type { Docid, EngineSettings } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import { compareBytes } from "./byte-order.ts";
import { extractValues, type FieldValues, fieldPaths } from "./extract.ts";
import { facetedMatcher } from "./faceted.ts";
import { FieldPostings } from "./field-postings.ts";
import { type GeoPoint, readGeoPoint } from "./geo.ts";
import type { NameMatch } from "./name-match.ts";

/** The values of all documents by field, for filters, facets, sorting and distinct. A change of settings needs a new one. */
export class FieldIndex {
  /** Every document. */
  all = DocSet.empty();
  readonly #match: (field: string) => NameMatch;
  readonly #primaryKey: string | null;
  readonly #postings = new Map<string, FieldPostings>();
  readonly #values = new Map<Docid, Map<string, FieldValues>>();
  readonly #points = new Map<Docid, GeoPoint>();
  readonly #fields = new Set<string>();

  constructor(settings: EngineSettings, primaryKey: string | null) {
    this.#match = facetedMatcher(settings);
    this.#primaryKey = primaryKey;
    if (primaryKey !== null) this.#fields.add(primaryKey);
  }

  /** Adds a document, or replaces the one of that number. */
  put(docid: Docid, document: JsonObject): void {
    this.remove(docid);
    this.all.add(docid);
    for (const path of fieldPaths(document)) this.#fields.add(path);
    const values = extractValues(document, this.#match);
    this.#values.set(docid, values);
    for (const [field, held] of values) this.#postingsOf(field).add(docid, held);
    const point = readGeoPoint(document["_geo"]);
    if (point !== undefined) this.#points.set(docid, point);
  }

  /** Forgets a document; unknown numbers are fine. */
  remove(docid: Docid): void {
    for (const [field, held] of this.#values.get(docid) ?? []) this.#postings.get(field)?.remove(docid, held);
    this.#values.delete(docid);
    this.#points.delete(docid);
    this.all.delete(docid);
  }

  /** Forgets every document and field. */
  clear(): void {
    this.all = DocSet.empty();
    for (const store of [this.#postings, this.#values, this.#points, this.#fields]) store.clear();
    if (this.#primaryKey !== null) this.#fields.add(this.#primaryKey);
  }

  /** Who holds what in a field; undefined when no document ever held an indexed value there. */
  postings(field: string): FieldPostings | undefined {
    return this.#postings.get(field);
  }

  /** What one document holds in a field. */
  values(docid: Docid, field: string): FieldValues | undefined {
    return this.#values.get(docid)?.get(field);
  }

  /**
   * What a document is sorted by: its least value ascending, its greatest descending. Numbers stand before strings, so a
   * document with both is sorted by its numbers. Strings are normalised and ordered by their UTF-8 bytes.
   */
  sortValue(docid: Docid, field: string, ascending: boolean): number | string | undefined {
    const values = this.values(docid, field);
    if (values === undefined) return undefined;
    const number = extreme(values.numbers, (a, b) => (ascending ? a - b : b - a));
    return number ?? extreme(values.strings.keys(), (a, b) => (ascending ? compareBytes(a, b) : compareBytes(b, a)));
  }

  /** Values of a document as comparable keys that tell numbers and strings apart; none = never a duplicate. */
  distinctKeys(docid: Docid, field: string): string[] {
    const values = this.values(docid, field);
    if (values === undefined) return [];
    return [
      ...[...values.numbers].map((number) => `n${number}`),
      ...[...values.strings.keys()].map((text) => `s${text}`),
    ];
  }

  /** Where a document lies. */
  geo(docid: Docid): GeoPoint | undefined {
    return this.#points.get(docid);
  }

  /** Every field path seen so far, in the order of first sight. */
  fields(): Iterable<string> {
    return this.#fields;
  }

  /** Whether any document so far had this field. */
  knows(field: string): boolean {
    return this.#fields.has(field);
  }

  #postingsOf(field: string): FieldPostings {
    const known = this.#postings.get(field);
    if (known !== undefined) return known;
    const postings = new FieldPostings();
    this.#postings.set(field, postings);
    return postings;
  }
}

function extreme<T>(values: Iterable<T>, compare: (a: T, b: T) => number): T | undefined {
  let best: T | undefined;
  for (const value of values) if (best === undefined || compare(value, best) < 0) best = value;
  return best;
}
