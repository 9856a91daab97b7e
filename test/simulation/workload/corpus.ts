/** Uid of the index that is written to. */
export const INDEX = "films";

/** A document as readers see it. */
export interface Film {
  readonly id: string;
  readonly bucket: string;
  readonly text?: string;
  readonly note?: string;
}

/** Who writes a document: one process alone, or all of them. */
const SHARED = "all";

/** How many documents there are: of each process alone, and of all. */
export interface CorpusSize {
  readonly perOwner: number;
  readonly shared: number;
}

/** Few documents, so that writes meet: some that one process alone writes, some that all do. */
export class Corpus {
  readonly ids: readonly string[];

  constructor(owners: readonly string[], { perOwner, shared }: CorpusSize) {
    const owned = owners.flatMap((owner) => range(perOwner).map((at) => `${owner}-${at}`));
    this.ids = [...owned, ...range(shared).map((at) => `${SHARED}-${at}`)];
  }

  /** The documents that a process writes. */
  idsOf(owner: string): string[] {
    return this.ids.filter((id) => id.startsWith(`${owner}-`) || id.startsWith(`${SHARED}-`));
  }

  idsIn(bucket: string): string[] {
    return this.ids.filter((id) => bucketOf(id) === bucket);
  }
}

/** The bucket that a document is in for ever. */
export function bucketOf(id: string): string {
  const [owner, at] = id.split("-");
  return `${owner}_${Number(at) % 2}`;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}
