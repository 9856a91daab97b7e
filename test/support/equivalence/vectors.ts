import fc from "fast-check";
import { type Corpus, corpora } from "./corpus.ts";

/** Name of the embedder of every corpus with vectors, which the documents bring along. */
export const EMBEDDER = "mini";

const coordinate = fc.integer({ min: -9, max: 9 }).map((value) => value / 10);

/** A direction in space. */
export const vectors: fc.Arbitrary<number[]> = fc
  .tuple(coordinate, coordinate, coordinate)
  .map(([x, y, z]) => (x === 0 && y === 0 && z === 0 ? [1, 0, 0] : [x, y, z]));

/** How often a document has no vector, one or several. */
interface VectorWeights {
  readonly several: number;
}

/** Corpora whose documents have vectors; ids are found in filters of the reference. */
export function vectorCorpora({ several }: VectorWeights): fc.Arbitrary<Corpus> {
  const own = fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 10, arbitrary: vectors },
    ...(several === 0 ? [] : [{ weight: several, arbitrary: fc.array(vectors, { minLength: 2, maxLength: 3 }) }]),
  );
  return corpora.chain(({ documents, settings }) =>
    fc.array(own, { minLength: documents.length, maxLength: documents.length }).map((all) => ({
      documents: documents.map((document, at) => ({ ...document, _vectors: { [EMBEDDER]: all[at] ?? null } })),
      settings: { ...settings, embedders: { [EMBEDDER]: { source: "userProvided" as const, dimensions: 3 } } },
    })),
  );
}
