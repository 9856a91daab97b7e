import type { Step } from "../golden/scenario.ts";
import { taskUidOf } from "./task-numbers.ts";

/** What the writes that the cluster refused would have changed; answers about it cannot be as recorded. */
export class Aftermath {
  readonly #indexes = new Set<string>();
  readonly #tasks = new Set<number>();
  #hasForgottenTasks = false;

  /** Notes a refused write: the recorded server accepted it as a task. */
  note(step: Step): void {
    const uid = taskUidOf(step.response.body);
    if (uid === undefined) return;
    this.#tasks.add(uid);
    for (const index of indexesOf(step.request)) this.#indexes.add(index);
    if (step.request.method === "DELETE" && step.request.path === "/tasks") this.#hasForgottenTasks = true;
  }

  /** Whether an answer depends on what was not written. */
  concerns({ request }: Step): boolean {
    if (indexesOf(request).some((index) => this.#indexes.has(index))) return true;
    const task = /^\/tasks\/(\d+)/.exec(request.path)?.[1];
    if (task !== undefined) return this.#tasks.has(Number(task)) || this.#hasForgottenTasks;
    if (request.path === "/tasks") return this.#hasForgottenTasks;
    return this.#indexes.size > 0 && /^\/(indexes|stats)$/.test(request.path) && request.method === "GET";
  }

  /** Whether a task was made by a refused call. */
  isMissing(taskUid: number): boolean {
    return this.#tasks.has(taskUid);
  }

  get hasMissingTasks(): boolean {
    return this.#tasks.size > 0;
  }
}

function indexesOf({ path, body }: Step["request"]): string[] {
  const own = /^\/indexes\/([^/]+)/.exec(path)?.[1];
  const renamed = (body as { uid?: unknown } | null | undefined)?.uid;
  const swapped = Array.isArray(body)
    ? body.flatMap((swap: unknown) => (swap as { indexes?: unknown } | null)?.indexes ?? [])
    : [];
  return [own, renamed, ...swapped].filter((uid) => typeof uid === "string");
}
