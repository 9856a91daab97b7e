/** What a worker is told to be. */
export interface Contender {
  readonly name: string;
  readonly client: "official" | "miroir";
  /** Configuration of its client, as JSON. */
  readonly config: object;
  /** Index it searches. */
  readonly index: string;
}

/** A stretch of searches. */
export interface SearchStretch {
  readonly searches: number;
  readonly concurrency: number;
}

/** What a stretch of searches took; `cpuUs` is the whole process's, a search. */
export interface SearchMeasure {
  readonly cpuUs: number;
  readonly latenciesMs: readonly number[];
}

/** Documents to be indexed. */
export interface IndexLoad {
  readonly index: string;
  readonly documents: number;
  readonly batch: number;
}

/** Memory of the process after a collection. */
interface MemoryMeasure {
  readonly rssMb: number;
  readonly heapMb: number;
}

/** Every command with what it takes and answers. */
export interface Commands {
  open: { takes: Contender; answers: null };
  search: { takes: SearchStretch; answers: SearchMeasure };
  /** Answers milliseconds until the last task was done. */
  load: { takes: IndexLoad; answers: number };
  memory: { takes: null; answers: MemoryMeasure };
  /** Answers milliseconds. */
  merge: { takes: { readonly nodes: number; readonly hits: number; readonly batches: number }; answers: number };
  /** Answers milliseconds. */
  route: { takes: { readonly ids: number; readonly batches: number }; answers: number };
}

/** A command on its way. */
export interface CommandMessage {
  readonly id: number;
  readonly command: keyof Commands;
  readonly input: unknown;
}

/** The answer to the command with the same id. */
export type ReplyMessage =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: string };
