import type { IncomingMessage, ServerResponse } from "node:http";

/** Far above what a server has given a number to. */
const FIRST_UID = 1_000_000_000;

const WRITE_PATH = /^\/indexes\/([^/]+)\/documents(\?|$)/;

interface DiscardedTask {
  readonly uid: number;
  readonly indexUid: string;
  readonly customMetadata: string | null;
  readonly enqueuedAt: string;
}

/** Stands for a server that indexes infinitely fast: bodies of document writes are dropped, and their tasks are done. */
export class DiscardedWrites {
  readonly #tasks: DiscardedTask[] = [];

  /** Answers a write of documents, or a question for tasks that came of them; false leaves the request to the server. */
  async serve(asked: IncomingMessage, answer: ServerResponse): Promise<boolean> {
    const url = new URL(asked.url ?? "/", "http://localhost");
    const index = WRITE_PATH.exec(url.pathname)?.[1];
    const isWrite = asked.method === "POST" || asked.method === "PUT";
    if (isWrite && index !== undefined && !index.startsWith("miroir__")) {
      for await (const _chunk of asked);
      const task = this.#enqueue(index, url.searchParams.get("customMetadata"));
      reply(answer, 202, {
        taskUid: task.uid,
        indexUid: index,
        status: "enqueued",
        type: TYPE,
        enqueuedAt: task.enqueuedAt,
      });
      return true;
    }
    if (asked.method !== "GET" || url.pathname !== "/tasks") return false;
    const tasks = this.#asked(url.searchParams);
    if (tasks.length === 0) return false;
    reply(answer, 200, {
      results: tasks.map(shown),
      total: tasks.length,
      limit: tasks.length,
      from: tasks[0]?.uid,
      next: null,
    });
    return true;
  }

  #enqueue(indexUid: string, customMetadata: string | null): DiscardedTask {
    const uid = FIRST_UID + this.#tasks.length;
    const task = { uid, indexUid, customMetadata, enqueuedAt: new Date().toISOString() };
    this.#tasks.push(task);
    return task;
  }

  /** By number, or the last one when any will do. */
  #asked(params: URLSearchParams): DiscardedTask[] {
    const uids = params.get("uids");
    if (uids === null) return params.get("limit") === "1" ? this.#tasks.slice(-1) : [];
    return uids.split(",").flatMap((uid) => this.#tasks[Number(uid) - FIRST_UID] ?? []);
  }
}

const TYPE = "documentAdditionOrUpdate";

function shown({ uid, indexUid, customMetadata, enqueuedAt }: DiscardedTask): object {
  return {
    ...{
      uid,
      batchUid: uid,
      indexUid,
      status: "succeeded",
      type: TYPE,
      canceledBy: null,
      error: null,
      duration: "PT0S",
    },
    ...{ details: { receivedDocuments: 0, indexedDocuments: 0 }, customMetadata },
    ...{ enqueuedAt, startedAt: enqueuedAt, finishedAt: enqueuedAt },
  };
}

function reply(answer: ServerResponse, status: number, body: object): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify(body));
}
