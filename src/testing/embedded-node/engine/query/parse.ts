import { utf8Length } from "../text/normalize.ts";
import { type Token, tokenize } from "../text/tokenizer.ts";
import { allowedTypos, buildTerm, phraseTerm } from "./build-term.ts";
import type { SearchContext } from "./context.ts";
import { graphOfTerms, type QueryGraph } from "./graph.ts";
import { fullSubset, type LocatedQueryTerm, type LocatedTerm, type Phrase } from "./term.ts";

const MAX_TOKENS = 1_000;
const MAX_TERMS = 10;
const MAX_NGRAM = 3;
const MAX_WORD_BYTES = 250;
/** What a hard separator adds to the position of the next word. */
const HARD_GAP = 7;

/** What the user asked for: terms and their graph, and what must not occur. */
export interface ParsedQuery {
  /** Terms as written, then the glued ones. */
  readonly terms: readonly LocatedQueryTerm[];
  readonly graph: QueryGraph;
  readonly negativeWords: readonly string[];
  readonly negativePhrases: readonly Phrase[];
}

/** Cuts a query into at most ten terms, and phrases and words to exclude. */
export function parseQuery(context: SearchContext, text: string): ParsedQuery {
  const parser = new QueryParser(context);
  parser.read(tokenize(text, context.index.tokenizer).slice(0, MAX_TOKENS));
  const located = parser.terms.map((term, i): LocatedTerm => locate(term, [i, i]));
  const terms = [...parser.terms];
  const all: LocatedTerm[] = [];
  for (const [i, term] of located.entries()) {
    all.push(term);
    for (let length = 2; length <= MAX_NGRAM && length <= i + 1; length += 1) {
      const glued = glue(context, parser.terms.slice(i - length + 1, i + 1));
      if (glued === undefined) continue;
      terms.push(glued);
      all.push(locate(glued, [i - length + 1, i]));
    }
  }
  const { negativeWords, negativePhrases } = parser;
  return { terms, graph: graphOfTerms(all), negativeWords, negativePhrases };
}

function locate({ term, positions }: LocatedQueryTerm, termIds: readonly [number, number]): LocatedTerm {
  return { subset: fullSubset(term), positions, termIds };
}

/** Neighbouring words written without the space between them; each glued space costs one of the allowed typos. */
function glue(context: SearchContext, terms: readonly LocatedQueryTerm[]): LocatedQueryTerm | undefined {
  const first = terms[0];
  const last = terms.at(-1);
  if (first === undefined || last === undefined || terms.some(({ term }) => term.phrase !== undefined))
    return undefined;
  if (terms.some((term, i) => i > 0 && terms[i - 1]?.positions[1] !== term.positions[0] - 1)) return undefined;
  const ngramWords = terms.map(({ term }) => term.original);
  const text = ngramWords.join("");
  if (utf8Length(text) > MAX_WORD_BYTES) return undefined;
  const maxTypos = Math.max(0, allowedTypos(context, text) - (terms.length - 1));
  const term = buildTerm(context, text, {
    maxTypos: maxTypos === 0 ? 0 : 1,
    isPrefix: last.term.isPrefix,
    ngramWords,
  });
  return { term, positions: [first.positions[0], last.positions[1]] };
}

/** A phrase being read; `words` holds undefined for stop words. */
interface OpenPhrase {
  readonly words: (string | undefined)[];
  readonly isNegative: boolean;
  start: number;
  end: number;
}

class QueryParser {
  readonly terms: LocatedQueryTerm[] = [];
  readonly negativeWords: string[] = [];
  readonly negativePhrases: Phrase[] = [];
  readonly #context: SearchContext;
  #position = -1;
  #phrase: OpenPhrase | undefined;
  #negatesNext = false;
  #afterSpace = true;

  constructor(context: SearchContext) {
    this.#context = context;
  }

  read(tokens: readonly Token[]): void {
    for (const [i, token] of tokens.entries()) {
      if (token.lemma === "") continue;
      if (this.terms.length >= MAX_TERMS) return;
      if (token.kind === "word" || token.kind === "stopWord") this.#readWord(token, i === tokens.length - 1);
      else this.#readSeparator(token);
      this.#afterSpace = /\s$/u.test(token.lemma);
    }
    this.#closePhrase();
  }

  #readWord(token: Token, isLast: boolean): void {
    this.#position += 1;
    if (this.#phrase !== undefined) {
      this.#extend(this.#phrase, token);
    } else if (this.#negatesNext) {
      this.negativeWords.push(token.lemma);
      this.#negatesNext = false;
    } else if (isLast || token.kind === "word") {
      const isPrefix = isLast && this.#context.settings.prefixSearch !== "disabled";
      const maxTypos = allowedTypos(this.#context, token.lemma);
      const term = buildTerm(this.#context, token.lemma, { maxTypos, isPrefix });
      this.terms.push({ term, positions: [this.#position, this.#position] });
    }
  }

  #extend(phrase: OpenPhrase, token: Token): void {
    if (phrase.words.every((word) => word === undefined)) phrase.start = this.#position;
    phrase.end = this.#position;
    phrase.words.push(token.kind === "stopWord" ? undefined : token.lemma);
  }

  #readSeparator(token: Token): void {
    if (token.kind === "hardSeparator") {
      this.#position += HARD_GAP;
      if (this.#phrase !== undefined) {
        const { isNegative } = this.#phrase;
        this.#closePhrase();
        this.#phrase = openPhrase(isNegative);
      }
    }
    let quotes = token.lemma.split('"').length - 1;
    if (quotes > 0) {
      if (this.#phrase !== undefined) {
        this.#closePhrase();
        quotes -= 1;
      }
      if (quotes % 2 === 1) this.#phrase = openPhrase(this.#negatesNext);
    }
    this.#negatesNext = this.#phrase === undefined && token.lemma === "-" && this.#afterSpace;
  }

  #closePhrase(): void {
    const phrase = this.#phrase;
    this.#phrase = undefined;
    if (phrase === undefined || phrase.words.every((word) => word === undefined)) return;
    if (phrase.isNegative) this.negativePhrases.push({ words: phrase.words });
    else
      this.terms.push({
        term: phraseTerm(this.#context, { words: phrase.words }),
        positions: [phrase.start, phrase.end],
      });
  }
}

function openPhrase(isNegative: boolean): OpenPhrase {
  return { words: [], isNegative, start: 0, end: 0 };
}
