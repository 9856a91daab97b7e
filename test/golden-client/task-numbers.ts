import type { FilledRequest } from "./verb-call.ts";

/** Parameters that name tasks. */
const NAMING = ["uids", "from", "canceledBy", "batchUids"];

/** A number that no task has yet. */
const NEWEST = Number.MAX_SAFE_INTEGER;

/** Which recorded task is which task of the cluster, whose numbers are its own. */
export class TaskNumbers {
  readonly #givenByRecorded = new Map<number, number>();
  readonly #recordedByGiven = new Map<number, number>();

  /** Notes that one accepted call got these two numbers. */
  learn(recorded: unknown, given: unknown): void {
    const [one, other] = [taskUidOf(recorded), taskUidOf(given)];
    if (one === undefined || other === undefined) return;
    this.#givenByRecorded.set(one, other);
    this.#recordedByGiven.set(other, one);
  }

  /** A request about recorded tasks as one about the cluster's. */
  inRequest(request: FilledRequest): FilledRequest {
    const path = request.path.replace(/^(\/(?:tasks|batches)\/)(\d+)/, (_, start: string, uid: string) => {
      return `${start}${this.#given(uid)}`;
    });
    if (request.query === undefined || !/^\/(tasks|batches)/.test(path)) return { ...request, path };
    const query = Object.entries(request.query).map(([name, value]) => {
      if (name === "from" && this.#isBeyondLast(Number(value))) return [name, NEWEST];
      return [name, NAMING.includes(name) ? String(value).replace(/\d+/g, (uid) => this.#given(uid)) : value];
    });
    return { ...request, path, query: Object.fromEntries(query) };
  }

  /** The cluster's answer with the recorded numbers in the place of its own. */
  inAnswer(value: unknown): unknown {
    if (typeof value === "number") return this.#recordedByGiven.get(value) ?? value;
    if (typeof value === "string") {
      return value.replace(/\d{12,}/g, (uid) => String(this.#recordedByGiven.get(Number(uid)) ?? uid));
    }
    if (Array.isArray(value)) return value.map((item) => this.inAnswer(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.inAnswer(item)]));
  }

  /** Above every recorded number, and not above the cluster's. */
  #isBeyondLast(uid: number): boolean {
    return uid > Math.max(...this.#givenByRecorded.keys()) && uid < Math.max(...this.#recordedByGiven.keys());
  }

  #given(uid: string): string {
    return String(this.#givenByRecorded.get(Number(uid)) ?? uid);
  }
}

/** Number of the task that an answer says was accepted. */
export function taskUidOf(body: unknown): number | undefined {
  const uid = (body as { taskUid?: unknown } | null | undefined)?.taskUid;
  return typeof uid === "number" ? uid : undefined;
}
