import type { JsonObject } from "../../../../core/types.ts";
import type { Docid, EngineSettings } from "../contract.ts";
import { type TokenizerOptions, tokenizerOptions } from "../text/tokenizer.ts";
import { placeWords } from "./positions.ts";
import { type FieldNumber, SearchableFields } from "./searchable-fields.ts";
import { searchableValues } from "./searchable-values.ts";
import { type WordNumber, Words } from "./words.ts";

/** One document's words of one field: word and position in turn, by rising position. */
export interface FieldWords {
  readonly field: FieldNumber;
  readonly pairs: Uint32Array;
}

const NO_FIELDS: readonly FieldWords[] = [];

/** word → field → documents, and document → field → words with their positions. */
export class InvertedIndex {
  readonly fields: SearchableFields;
  readonly words = new Words();
  readonly tokenizer: TokenizerOptions;
  readonly #postings: Map<FieldNumber, Docid[]>[] = [];
  readonly #documents = new Map<Docid, readonly FieldWords[]>();

  constructor(settings: EngineSettings) {
    this.fields = new SearchableFields(settings);
    this.tokenizer = tokenizerOptions(settings);
  }

  put(docid: Docid, document: JsonObject): void {
    this.remove(docid);
    const fieldWords: FieldWords[] = [];
    for (const [name, values] of searchableValues(document)) {
      const field = this.fields.of(name);
      if (field.weight === undefined) continue;
      const placed = placeWords(values, this.tokenizer);
      if (placed.length === 0) continue;
      const pairs = new Uint32Array(placed.length * 2);
      placed.forEach(({ word, position }, i) => {
        pairs[i * 2] = this.#post(word, field.number, docid);
        pairs[i * 2 + 1] = position;
      });
      fieldWords.push({ field: field.number, pairs });
    }
    this.#documents.set(docid, fieldWords);
  }

  remove(docid: Docid): void {
    for (const { field, pairs } of this.wordsOf(docid)) {
      for (let i = 0; i < pairs.length; i += 2) this.#withdraw(pairs[i] ?? 0, field, docid);
    }
    this.#documents.delete(docid);
  }

  /** The words of a document, field by field. */
  wordsOf(docid: Docid): readonly FieldWords[] {
    return this.#documents.get(docid) ?? NO_FIELDS;
  }

  /** The documents that hold a word, by field. */
  postings(word: WordNumber): ReadonlyMap<FieldNumber, readonly Docid[]> {
    return this.#postings[word] ?? new Map();
  }

  #post(text: string, field: FieldNumber, docid: Docid): WordNumber {
    const word = this.words.add(text);
    let posting = this.#postings[word];
    if (posting === undefined) {
      posting = new Map();
      this.#postings[word] = posting;
    }
    const docids = posting.get(field);
    if (docids === undefined) posting.set(field, [docid]);
    else if (docids.at(-1) !== docid) docids.push(docid);
    return word;
  }

  #withdraw(word: WordNumber, field: FieldNumber, docid: Docid): void {
    const posting = this.#postings[word];
    const docids = posting?.get(field);
    const place = docids?.indexOf(docid) ?? -1;
    if (posting === undefined || docids === undefined || place < 0) return;
    docids.splice(place, 1);
    if (docids.length === 0) posting.delete(field);
    if (posting.size === 0) this.words.remove(word);
  }
}
