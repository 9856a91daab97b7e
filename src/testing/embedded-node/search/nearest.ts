import { embeddingsOf, type UserEmbedder, userEmbedders } from "../documents/vectors.ts";
import type { Likeness } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";

/** A document with its likeness to a vector, from 0 to 1; `undefined` = it has no vectors. */
export interface Neighbour {
  readonly docid: number;
  readonly similarity: number | undefined;
}

/** The embedder of an index by name, or the refusal that there is none. */
export function embedderOf(index: EmbeddedIndex, name: string, code: string): UserEmbedder {
  const embedder = userEmbedders(index.settings).find((candidate) => candidate.name === name);
  if (embedder === undefined) throw new ApiError(code, `Cannot find embedder with name \`${name}\`.`);
  return embedder;
}

/** How like the documents of an index are to a vector, by the nearest of their own. */
export function likenessTo(
  index: EmbeddedIndex,
  target: { embedder: UserEmbedder; vector: readonly number[] },
): Likeness {
  const { dimensions, name } = target.embedder;
  if (target.vector.length !== dimensions) {
    const words = `Invalid vector dimensions: expected: \`${dimensions}\`, found: \`${target.vector.length}\`.`;
    throw new ApiError("invalid_vector_dimensions", words);
  }
  return (docid) => {
    const likenesses = embeddingsOf(index.engine.get(docid) ?? {}, name).map((one) => likeness(one, target.vector));
    return likenesses.length === 0 ? undefined : Math.max(...likenesses);
  };
}

/**
 * Documents like another one, from the most to the least; those without vectors are left out. The first vectors of
 * documents are compared with each other, then the second ones, and so on.
 */
export function nearestToItem(
  index: EmbeddedIndex,
  docids: readonly number[],
  target: { embedder: UserEmbedder; docid: number },
): Neighbour[] {
  const vectorsOf = (docid: number) => embeddingsOf(index.engine.get(docid) ?? {}, target.embedder.name);
  const own = vectorsOf(target.docid);
  const neighbours = docids.flatMap((docid) => {
    const likenesses = vectorsOf(docid).flatMap((vector, at) => {
      const other = own[at];
      return other === undefined ? [] : [likeness(vector, other)];
    });
    return likenesses.length === 0 ? [] : [{ docid, similarity: Math.max(...likenesses) }];
  });
  return neighbours.sort((a, b) => b.similarity - a.similarity || a.docid - b.docid);
}

/** The cosine of the angle, brought from -1..1 to 0..1, in single precision as the server has it. */
function likeness(a: readonly number[], b: readonly number[]): number {
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (const [at, x] of a.entries()) {
    const y = Math.fround(b[at] ?? 0);
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const lengths = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return lengths === 0 ? 0 : Math.fround((1 + product / lengths) / 2);
}
