import { type Meta, type MiroirIndex, metaOf } from "../../../src/index.ts";
import type { SimulatedProcess } from "../cluster/simulated-process.ts";
import type { Chance } from "../kernel/chance.ts";
import type { History } from "../kernel/history.ts";
import type { Timeline } from "../kernel/timeline.ts";
import { bucketOf, type Corpus, type Film, INDEX } from "./corpus.ts";
import type { WriteJournal } from "./journal.ts";
import type { Write } from "./operation.ts";
import type { Occasion } from "./provoker.ts";

/** What a user works with. */
export interface UserOptions {
  readonly process: SimulatedProcess;
  /** Whose documents are written. */
  readonly owner: string;
  readonly corpus: Corpus;
  readonly journal: WriteJournal;
  readonly chance: Chance;
  readonly timeline: Timeline;
  readonly history: History;
  readonly readers: Readers;
  /** Share of the writes that name more than one document. */
  readonly severalShare: number;
  /** The nodes that hold a document now. */
  ownersOf(id: string): readonly string[];
}

/** Who judges what was read. */
export interface Readers {
  /** An answer that shows some documents, or shows that some are not there. */
  read(reading: Reading): void;
  /** A write was acknowledged, by no node that held this document then. */
  acknowledgedByNone(write: Write, id: string): void;
}

/** A read that was answered. */
export interface Reading {
  readonly process: string;
  readonly what: string;
  readonly calledAtMs: number;
  /** When the process knew for certain whom to ask: when it was called, unless the answer says that it is older. */
  readonly knownAtMs: number;
  /** The documents asked about. */
  readonly ids: readonly string[];
  readonly films: readonly Film[];
  /** Whether the answer says itself that it may be incomplete or old, or may be so since writes went on meanwhile. */
  readonly isDegraded: boolean;
}

const READS = { search: 16, document: 14, documents: 5 } as const;

const WEIGHTS = {
  replace: 30,
  update: 18,
  edit: 3,
  delete: 12,
  "delete by filter": 5,
  ...READS,
} as const;

type Kind = keyof typeof WEIGHTS;

/** Pause between two looks at a task, in milliseconds. */
const POLL_MS = 250;

/** Calls one method after the other, as long as its process lives. */
export class User {
  readonly #options: UserOptions;
  readonly #index: MiroirIndex<Film>;

  constructor(options: UserOptions) {
    this.#options = options;
    this.#index = options.process.client.index<Film>(INDEX);
  }

  /** One call, whatever becomes of it. */
  async act({ hot = [], isRead = false }: Occasion = {}): Promise<void> {
    const { chance, corpus, owner } = this.#options;
    const kind = chance.weigh(isRead ? READS : WEIGHTS);
    if (kind === "search" || kind === "documents") return this.#read(kind);
    if (kind === "document") return this.#read(kind, { asked: [chance.pick(hot.length > 0 ? hot : corpus.ids)] });
    const own = corpus.idsOf(owner);
    const hotOwn = own.filter((id) => hot.includes(id));
    return this.#write(kind, hotOwn.length > 0 ? hotOwn : own);
  }

  /** Reads every document in every way, when nobody writes any more. */
  async readAll(): Promise<void> {
    await this.#read("search");
    await this.#read("documents", { isCalm: true });
    for (const id of this.#options.corpus.ids) await this.#read("document", { asked: [id] });
  }

  async #write(kind: Write["kind"], own: readonly string[]): Promise<void> {
    const { process, corpus, journal, chance, timeline, history, severalShare } = this.#options;
    const bucket = chance.pick([...new Set(own.map(bucketOf))]);
    const several = [...new Set([chance.pick(own), chance.pick(own)])];
    const isOfBucket = kind === "delete by filter" || kind === "edit";
    const ids = isOfBucket ? corpus.idsIn(bucket) : chance.happens(severalShare) ? several : [chance.pick(own)];
    const write = journal.begin({ process: process.name, kind, ids, calledAtMs: timeline.nowMs });
    history.note(`${process.name} #${write.number} ${kind} ${ids.join(" ")} ${write.value}`);
    try {
      const enqueued = await this.#send(write, bucket);
      write.taskUid = enqueued.taskUid;
      this.#acknowledge(write, metaOf(enqueued));
      if (chance.happens(0.7)) void this.#follow(write);
    } catch (error) {
      Object.assign(write, { outcome: "unknown", endedAtMs: timeline.nowMs });
      history.note(`${process.name} #${write.number} failed: ${wordsOf(error)}`);
    }
  }

  #send({ kind, ids, value }: Write, bucket: string): Promise<{ readonly taskUid: number }> {
    switch (kind) {
      case "replace":
        return this.#index.addDocuments(ids.map((id) => ({ id, bucket: bucketOf(id), text: value })));
      case "update":
        return this.#index.updateDocuments(ids.map((id) => ({ id, bucket: bucketOf(id), note: value })));
      case "edit":
        return this.#index.updateDocumentsByFunction({
          ...{ function: "doc.note = context.value", context: { value }, filter: `bucket = ${bucket}` },
        });
      case "delete":
        return this.#index.deleteDocuments([...ids]);
      case "delete by filter":
        return this.#index.deleteDocuments({ filter: `bucket = ${bucket}` });
      default:
        return kind satisfies never;
    }
  }

  #acknowledge(write: Write, meta: Meta | undefined): void {
    const { process, timeline, history, ownersOf } = this.#options;
    const indebted = new Set(meta?.write?.indebted);
    const acknowledged = meta?.write?.acknowledged ?? [];
    const acknowledgedBy = acknowledged.filter((node) => !indebted.has(node));
    const ownersById = new Map(write.ids.map((id) => [id, ownersOf(id)]));
    Object.assign(write, { outcome: "acknowledged", endedAtMs: timeline.nowMs, acknowledgedBy, ownersById });
    for (const [id, owners] of ownersById) {
      if (!acknowledged.some((node) => owners.includes(node))) this.#options.readers.acknowledgedByNone(write, id);
    }
    const owing = indebted.size === 0 ? "" : `, owed by ${[...indebted].join(" ")}`;
    history.note(`${process.name} #${write.number} acknowledged by ${acknowledgedBy.join(" ")}${owing}`);
  }

  /** Polls the task to its end. */
  async #follow(write: Write): Promise<void> {
    const { process, timeline, history } = this.#options;
    for (;;) {
      await process.clock.sleep(POLL_MS);
      const task = await process.client.tasks.getTask(write.taskUid ?? 0).catch(() => undefined);
      if (task === undefined || task.status === "enqueued" || task.status === "processing") continue;
      if (task.status === "succeeded") write.settledAtMs = timeline.nowMs;
      else write.failedAtMs = timeline.nowMs;
      history.note(`${process.name} #${write.number} ${task.status}`);
      return;
    }
  }

  async #read(
    kind: Exclude<Kind, Write["kind"]>,
    { asked, isCalm = false }: { readonly asked?: readonly string[]; readonly isCalm?: boolean } = {},
  ): Promise<void> {
    const { process, corpus, timeline, history, readers } = this.#options;
    const calledAtMs = timeline.nowMs;
    const ids = asked ?? corpus.ids;
    const what = kind === "document" ? `document ${ids.join("")}` : kind;
    try {
      const { view } = await process.session.cluster();
      const confirmedAtMs = timeline.nowMs - view.staleMs;
      const { films, meta } = await this.#ask(kind, ids);
      history.note(
        `${process.name} ${what} of ${(calledAtMs / 1000).toFixed(3)} found ${films.length}${meta?.degraded === true ? ", degraded" : ""}`,
      );
      // Pages of the nodes' own lists are fetched after they were counted: writes in between move documents.
      const isDegraded = (meta?.degraded === true && !isStaleOnly(meta)) || (kind === "documents" && !isCalm);
      const knownAtMs = meta?.stale === true ? Math.min(calledAtMs, confirmedAtMs) : calledAtMs;
      readers.read({ ...{ process: process.name, what, calledAtMs, knownAtMs }, ids, films, isDegraded });
    } catch (error) {
      history.note(`${process.name} ${what} failed: ${wordsOf(error)}`);
    }
  }

  async #ask(kind: Exclude<Kind, Write["kind"]>, ids: readonly string[]): Promise<Found> {
    if (kind === "search") {
      const answer = await this.#index.search("", { limit: 100 });
      return { films: answer.hits, meta: metaOf(answer) };
    }
    if (kind === "documents") {
      const answer = await this.#index.getDocuments({ limit: 100 });
      return { films: answer.results, meta: metaOf(answer) };
    }
    const answer = await this.#index.getDocument(ids[0] ?? "").catch((error: unknown) => {
      if (codeOf(error) === "document_not_found") return undefined;
      throw error;
    });
    return { films: answer === undefined ? [] : [answer], meta: metaOf(answer) };
  }
}

interface Found {
  readonly films: readonly Film[];
  readonly meta: Meta | undefined;
}

/** Whether an answer lacks nothing but the store's word that the owners are still the same. */
function isStaleOnly({ stale, coverage }: Meta): boolean {
  const lacking = [...(coverage?.missing ?? []), ...(coverage?.indebted ?? [])];
  return stale === true && lacking.length === 0;
}

function codeOf(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${codeOf(error) ?? error.name}: ${error.message.slice(0, 160)}` : String(error);
}
