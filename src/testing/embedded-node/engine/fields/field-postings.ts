import type { Docid } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import type { FieldValues } from "./extract.ts";

/**
 * Documents by value. Plain sets, not bitmaps: most values are held by few documents, and a bitmap for each of many
 * distinct values would take memory by the square of the number of documents.
 */
export type Postings<K> = Map<K, Set<Docid>>;

/** Which documents hold which value of one field. */
export class FieldPostings {
  readonly numbers: Postings<number> = new Map();
  /** By normalised form. */
  readonly strings: Postings<string> = new Map();
  readonly exists = DocSet.empty();
  readonly nulls = DocSet.empty();
  readonly empties = DocSet.empty();

  add(docid: Docid, values: FieldValues): void {
    this.exists.add(docid);
    if (values.isNull) this.nulls.add(docid);
    if (values.isEmpty) this.empties.add(docid);
    for (const number of values.numbers) addTo(this.numbers, number, docid);
    for (const text of values.strings.keys()) addTo(this.strings, text, docid);
  }

  remove(docid: Docid, values: FieldValues): void {
    for (const set of [this.exists, this.nulls, this.empties]) set.delete(docid);
    for (const number of values.numbers) removeFrom(this.numbers, number, docid);
    for (const text of values.strings.keys()) removeFrom(this.strings, text, docid);
  }
}

function addTo<K>(postings: Postings<K>, key: K, docid: Docid): void {
  const known = postings.get(key);
  if (known === undefined) postings.set(key, new Set([docid]));
  else known.add(docid);
}

function removeFrom<K>(postings: Postings<K>, key: K, docid: Docid): void {
  const known = postings.get(key);
  known?.delete(docid);
  if (known?.size === 0) postings.delete(key);
}
