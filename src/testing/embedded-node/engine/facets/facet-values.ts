import type { DocSet } from "../doc-set.ts";
import { compareBytes } from "../fields/byte-order.ts";
import type { FieldIndex } from "../fields/field-index.ts";
import type { Postings } from "../fields/field-postings.ts";
import { type FacetEntry, orderByCount } from "./count-order.ts";
import { numberText } from "./number-text.ts";

/** How the values of a facet are ordered and how many are shown. */
interface FacetLimits {
  readonly order: "alpha" | "count";
  readonly max: number;
}

/** Up to so many candidates the server looks at each document instead of at each value; the results differ slightly. */
const CANDIDATES_THRESHOLD = 3000;

/** Values of a field among the candidates with their numbers of documents, in the server's order, cut as it cuts. */
export function facetValues(index: FieldIndex, field: string, query: FacetQuery): Map<string, number> {
  const isSmall = query.candidates.size <= CANDIDATES_THRESHOLD;
  return query.limits.order === "alpha" && isSmall
    ? valuesOfDocuments(index, field, query)
    : valuesOfPostings(index, field, query);
}

/** Which documents count, and what is shown of the result. */
export interface FacetQuery {
  readonly candidates: DocSet;
  readonly limits: FacetLimits;
}

/** Numbers ordered by their text, then strings by their normalised form, both cut together. */
function valuesOfDocuments(index: FieldIndex, field: string, { candidates, limits }: FacetQuery): Map<string, number> {
  const numbers = new Map<string, number>();
  const strings = new Map<string, { shown: string; count: number }>();
  for (const docid of candidates) {
    const held = index.values(docid, field);
    for (const number of held?.numbers ?? []) {
      const text = numberText(number);
      numbers.set(text, (numbers.get(text) ?? 0) + 1);
    }
    for (const [normalized, original] of held?.strings ?? []) {
      const known = strings.get(normalized);
      if (known === undefined) strings.set(normalized, { shown: original, count: 1 });
      else known.count += 1;
    }
  }
  const values = new Map(sorted(numbers).slice(0, limits.max));
  for (const [, { shown, count }] of sorted(strings).slice(0, Math.max(0, limits.max - values.size))) {
    values.set(shown, count);
  }
  return values;
}

/** Numbers in numeric order, then strings, or both by count. Numbers that fill the list exactly let all strings in. */
function valuesOfPostings(index: FieldIndex, field: string, { candidates, limits }: FacetQuery): Map<string, number> {
  const values = new Map<string, number>();
  const postings = index.postings(field);
  if (postings === undefined) return values;
  const numbers = entriesAmong(postings.numbers, candidates).sort((a, b) => a.key - b.key);
  const strings = entriesAmong(postings.strings, candidates).sort((a, b) => compareBytes(a.key, b.key));
  const { order, max } = limits;
  for (const { key, docids } of inOrder(numbers, order)) {
    if (isFull(values, numberText(key), { count: docids.length, max })) break;
  }
  for (const { key, docids } of inOrder(strings, order)) {
    const first = docids.reduce((least, docid) => Math.min(least, docid));
    const shown = index.values(first, field)?.strings.get(key) ?? key;
    if (isFull(values, shown, { count: docids.length, max })) break;
  }
  return values;
}

function entriesAmong<K>(postings: Postings<K>, candidates: DocSet): FacetEntry<K>[] {
  return [...postings].map(([key, docids]) => ({ key, docids: [...docids].filter((docid) => candidates.has(docid)) }));
}

/** Sets a value; whether the list then holds exactly as many as allowed. */
function isFull(values: Map<string, number>, shown: string, { count, max }: { count: number; max: number }): boolean {
  values.set(shown, count);
  return values.size === max;
}

/** Values with candidates, from all values in ascending order. */
function inOrder<K>(entries: readonly FacetEntry<K>[], order: FacetLimits["order"]): readonly FacetEntry<K>[] {
  return order === "alpha" ? entries.filter(({ docids }) => docids.length > 0) : orderByCount(entries);
}

function sorted<T>(values: ReadonlyMap<string, T>): [string, T][] {
  return [...values].sort(([a], [b]) => compareBytes(a, b));
}
