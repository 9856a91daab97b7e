import type { HistogramEntries } from "../histogram.ts";
import type { Workload } from "../workloads.ts";
import type { Fault, Traffic } from "./fault.ts";
import type { StageTimes } from "./stages.ts";

/** What a worker is told to be. */
export interface Contender {
  readonly name: string;
  /**
   * `bare` repeats what a miroir client with this configuration sends, over pools of undici, and parses the answers: the
   * cost that no client avoids. `federation` lets one server ask the others.
   */
  readonly client: "official" | "miroir" | "bare" | "federation";
  /** Configuration of its client, as JSON. */
  readonly config: object;
  /** Put before the names of indexes: two clients share a server. */
  readonly prefix?: string;
  /** Names of the servers that take part in a federation. */
  readonly remotes?: readonly string[];
  /** Lets `bare` ask each node once, for the whole window of the user's search. */
  readonly asksWholeWindows?: boolean;
}

/** Searches, so many at a time, each lane beginning the next when it has its answer. */
export interface ClosedLoop {
  readonly workload: Workload;
  readonly searches: number;
  readonly concurrency: number;
}

/** What a stretch of searches took; `cpuUs` is the whole process's, a search. */
export interface ClosedLoopMeasure {
  readonly cpuUs: number;
  readonly latencies: HistogramEntries;
}

/** Searches that begin at fixed times, whether or not earlier ones have their answer. */
export interface OpenLoop {
  readonly workload: Workload;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** A second of an {@link OpenLoop}: latencies of what was to begin in it, from when it was to begin. */
interface OpenLoopSecond {
  readonly latencies: HistogramEntries;
  readonly failed: number;
  /** Answers of nodes that were used, and requests that nodes were sent for them, as far as the client tells. */
  readonly answers: number;
  readonly requests: number;
}

/** What an {@link OpenLoop} saw. */
export interface OpenLoopMeasure {
  /** When the first search was to begin, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly seconds: readonly OpenLoopSecond[];
  /** Failed searches by error code. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Answers with hits that reached `JSON.parse`, and the hits in them. */
export interface ParsedMeasure {
  readonly searches: number;
  readonly answers: number;
  readonly hits: number;
}

/** Documents to be indexed. */
export interface IndexLoad {
  readonly index: string;
  readonly documents: number;
  readonly batch: number;
  readonly isBig?: boolean;
}

/** An NDJSON file to be written to an index. */
export interface FileStream {
  readonly index: string;
  readonly file: string;
  /** Bytes of one write. */
  readonly batchBytes: number;
}

/** What streaming a file took. */
export interface FileStreamMeasure {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Most that was in use at any moment, above what was in use before, garbage included, in MB (10⁶ bytes). */
  readonly peakHeapMb: number;
  readonly peakRssMb: number;
  /** What is left of it a while after the last write, garbage collected. */
  readonly liveHeapMb: number;
}

/** Memory of the process after a collection. */
interface MemoryMeasure {
  readonly rssMb: number;
  readonly heapMb: number;
}

/** Writes that were sent, and those that were not acknowledged. */
export interface WritingMeasure {
  readonly writes: number;
  readonly failed: number;
}

/** Every command with what it takes and answers. */
export interface Commands {
  open: { takes: Contender; answers: null };
  closed: { takes: ClosedLoop; answers: ClosedLoopMeasure };
  openLoop: { takes: OpenLoop; answers: OpenLoopMeasure };
  /** Answers microseconds of each stage, a search. */
  profile: { takes: ClosedLoop; answers: StageTimes };
  parsed: { takes: ClosedLoop; answers: ParsedMeasure };
  /** Answers what a search took beyond its slowest request. */
  added: { takes: ClosedLoop; answers: HistogramEntries };
  /** Answers milliseconds until the last task was done. */
  load: { takes: IndexLoad; answers: number };
  /** Sends small writes at fixed times until it is told to stop. */
  startWriting: { takes: { readonly writesPerSecond: number; readonly documents: number }; answers: null };
  stopWriting: { takes: null; answers: WritingMeasure };
  stream: { takes: FileStream; answers: FileStreamMeasure };
  memory: { takes: null; answers: MemoryMeasure };
  /** Answers milliseconds. */
  merge: { takes: { readonly nodes: number; readonly hits: number; readonly batches: number }; answers: number };
  /** Answers milliseconds. */
  route: { takes: { readonly ids: number; readonly batches: number }; answers: number };
  /** Answers milliseconds. */
  cover: { takes: { readonly shards: number; readonly batches: number }; answers: number };
  /** Opens a port in front of each server; answers their addresses. */
  proxies: { takes: readonly string[]; answers: readonly string[] };
  fault: { takes: { readonly proxy: number; readonly fault: Fault }; answers: null };
  /** Answers what went through each port since it was asked last. */
  traffic: { takes: null; answers: readonly Traffic[] };
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
