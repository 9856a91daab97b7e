import { DocSet } from "../doc-set.ts";
import type { FieldWords } from "../index/inverted-index.ts";
import { bucketedPosition } from "../index/positions.ts";
import type { SearchContext } from "../query/context.ts";
import type { QueryGraph } from "../query/graph.ts";
import { exactForm } from "../query/term.ts";
import type { RankingRule } from "./rule.ts";

/** Fields with more words are never an exact match. */
const MAX_COUNTED_WORDS = 30;

/** First half of `exactness`: documents with a field that is exactly the query, then those with one that starts with it. */
export function exactAttribute(context: SearchContext): RankingRule {
  return {
    start(universe, query) {
      const { exact, starts } = query === undefined ? NONE : matches(context, universe, query);
      const stages = [
        { docs: exact, matchType: "exactMatch" as const },
        { docs: starts, matchType: "matchesStart" as const },
      ];
      return {
        next(current) {
          const stage = stages.shift() ?? { docs: current, matchType: "noExactMatch" as const };
          return {
            docs: stage.docs.and(current),
            score: { rule: "exactAttribute", matchType: stage.matchType },
            query,
          };
        },
      };
    },
  };
}

const NONE = { exact: DocSet.empty(), starts: DocSet.empty() };

/** A word of the query and the place it must have in a field. */
interface Expected {
  readonly word: number;
  readonly position: number;
}

function matches(context: SearchContext, universe: DocSet, query: QueryGraph): { exact: DocSet; starts: DocSet } {
  const expected = expectedWords(context, query);
  const exact = DocSet.empty();
  const starts = DocSet.empty();
  if (expected === undefined) return { exact, starts };
  for (const docid of universe) {
    const fields = context.index.wordsOf(docid);
    if (!expected.words.every((word) => fields.some((field) => standsAt(field, word)))) continue;
    const complete = fields.filter((field) => context.searches(field.field) && holdsAll(field, expected.words));
    const wholes = complete.filter(({ pairs }) => isCount(pairs.length / 2, expected.count));
    if (wholes.length > 0) exact.add(docid);
    else if (complete.length > 0) starts.add(docid);
  }
  return { exact, starts };
}

/** Undefined when the first term, or one between others, has no exact form or is missing. */
function expectedWords(context: SearchContext, query: QueryGraph): { words: Expected[]; count: number } | undefined {
  const terms = query.nodes
    .flatMap(({ term }) => {
      const form = term === undefined ? undefined : exactForm(term.subset);
      return term === undefined || form === undefined ? [] : [{ term, form }];
    })
    .sort((a, b) => a.term.termIds[0] - b.term.termIds[0])
    .filter(({ term }, i, all) => i === 0 || all[i - 1]?.term.termIds[0] !== term.termIds[0]);
  if (terms[0]?.term.termIds[0] !== 0) return undefined;
  const words: Expected[] = [];
  let count = 0;
  for (const [i, { term, form }] of terms.entries()) {
    if (i > 0 && term.termIds[0] - (terms[i - 1]?.term.termIds[0] ?? 0) > 1) return undefined;
    count += term.positions[1] - term.positions[0] + 1;
    for (const [offset, text] of ("phrase" in form ? form.phrase.words : [form.word]).entries()) {
      if (text === undefined) continue;
      const word = context.index.words.find(text);
      if (word === undefined) return undefined;
      words.push({ word, position: bucketedPosition(term.positions[0] + offset) });
    }
  }
  return { words, count };
}

function standsAt({ pairs }: FieldWords, { word, position }: Expected): boolean {
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i] === word && bucketedPosition(pairs[i + 1] ?? 0) === position) return true;
  }
  return false;
}

function holdsAll({ pairs }: FieldWords, words: readonly Expected[]): boolean {
  const held = new Set<number>();
  for (let i = 0; i < pairs.length; i += 2) held.add(pairs[i] ?? 0);
  return words.every(({ word }) => held.has(word));
}

function isCount(words: number, count: number): boolean {
  return words === count && words <= MAX_COUNTED_WORDS;
}
