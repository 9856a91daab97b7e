import type { EngineSettings } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import type { InvertedIndex } from "../index/inverted-index.ts";
import type { FieldNumber } from "../index/searchable-fields.ts";
import type { WordNumber } from "../index/words.ts";
import type { Phrase } from "./term.ts";

/** Everything one search carries along: the index, what the request restricts, and what was already computed. */
export class SearchContext {
  readonly index: InvertedIndex;
  readonly settings: EngineSettings;
  /** Fields named by `attributesToSearchOn`; undefined = all. */
  readonly restrictedFields: ReadonlySet<FieldNumber> | undefined;
  readonly phraseDocs = new Map<Phrase, DocSet>();
  readonly termDocs = new Map<string, DocSet>();
  readonly synonyms: SynonymTable;
  readonly #firstSeen = new Map<string, number>();
  #marks: Uint8Array | undefined;
  #nextTerm = 0;

  constructor(index: InvertedIndex, settings: EngineSettings, request: SearchScope) {
    this.index = index;
    this.settings = settings;
    this.restrictedFields = request.restrictedFields;
    this.synonyms = request.synonyms;
  }

  nextTermId(): number {
    this.#nextTerm += 1;
    return this.#nextTerm;
  }

  /** When a word first came up in this search, as a rising number; highlights go by it where several words would fit. */
  firstSeen(text: string): number {
    let order = this.#firstSeen.get(text);
    if (order === undefined) {
      order = this.#firstSeen.size;
      this.#firstSeen.set(text, order);
    }
    return order;
  }

  /** Adds the documents that hold a word to a set. Words that the user did not write are not looked for in exact fields. */
  addWordDocs(word: WordNumber, isDerived: boolean, into: DocSet): void {
    if (isDerived && this.#isExactWord(this.index.words.text(word))) return;
    for (const [field, docids] of this.index.postings(word)) {
      if (!this.searches(field) || (isDerived && this.index.fields.at(field)?.isExact === true)) continue;
      for (const docid of docids) into.add(docid);
    }
  }

  /** Whether a word can be found with typos: not where they are disabled, for numbers or for all fields that hold it. */
  isTolerant(word: WordNumber): boolean {
    const { disableOnAttributes, disableOnNumbers } = this.settings.typoTolerance;
    if (disableOnNumbers && this.#isExactWord(this.index.words.text(word))) return false;
    if (disableOnAttributes.length === 0) return true;
    return [...this.index.postings(word).keys()].some((field) => this.index.fields.at(field)?.isExact !== true);
  }

  /** The documents that hold a word as written. */
  wordDocs(text: string): DocSet {
    const docs = DocSet.empty();
    const word = this.index.words.find(text);
    if (word !== undefined) this.addWordDocs(word, false, docs);
    return docs;
  }

  /** Whether the request searches a field. */
  searches(field: FieldNumber): boolean {
    return this.restrictedFields?.has(field) ?? true;
  }

  /** A zeroed array with one cell per word, to be zeroed again by the borrower. */
  borrowMarks(): Uint8Array {
    this.#marks ??= new Uint8Array(this.index.words.capacity);
    return this.#marks;
  }

  #isExactWord(text: string): boolean {
    return this.settings.typoTolerance.disableOnNumbers && /^[\p{N}!-/:-@[-`{-~]*$/u.test(text);
  }
}

/** What the request says about where to search, and the index's synonyms. */
export interface SearchScope {
  readonly restrictedFields: ReadonlySet<FieldNumber> | undefined;
  readonly synonyms: SynonymTable;
}

/** Synonyms of a sequence of normalised words, each itself a sequence. */
export type SynonymTable = (words: readonly string[]) => readonly (readonly string[])[];
