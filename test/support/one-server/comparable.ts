import { isDeepStrictEqual } from "node:util";
import { Index } from "meilisearch";

/** Names of numbers that say which task is meant. */
const TASK_NUMBERS = ["taskUid", "uid", "from", "next", "canceledBy"];

/** Dates, durations and names of files, of which only the form can be equal. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/, "<date>"],
  [/^PT[\d.]+S$/, "<duration>"],
  [/^\d{8}-\d{9}$/, "<dump>"],
];

/** What a cluster has and one server has not, or the other way round, as docs/compatibility.md says. */
const LEFT_OUT = ["batchUid", "nodes", "requestUid"];

/** Takes out of answers what differs between any two servers: the numbers of tasks become the order they were seen in. */
export class Comparable {
  readonly #seen = new Map<number, number>();

  of(value: unknown, name = ""): unknown {
    if (typeof value === "number") return this.#number(value, name);
    if (typeof value === "string") return this.#text(value, name);
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Error) return { error: value.name, cause: this.of(value.cause) };
    const { uid, primaryKey, createdAt, updatedAt } = value as Index;
    const plain = value instanceof Index ? { uid, primaryKey, createdAt, updatedAt } : value;
    const entries = Object.entries(plain).filter(([key]) => !LEFT_OUT.includes(key));
    const shown = entries.map(([key, item]) => [key, this.of(item, key)] as const);
    // A server gives a snapshot's task no details, where a cluster lists the nodes.
    return Object.fromEntries(shown.filter(([key, item]) => key !== "details" || !isDeepStrictEqual(item, {})));
  }

  #number(value: number, name: string): unknown {
    if (name === "processingTimeMs") return "<duration>";
    if (!TASK_NUMBERS.includes(name)) return value;
    if (!this.#seen.has(value)) this.#seen.set(value, this.#seen.size);
    return `task ${this.#seen.get(value)}`;
  }

  #text(value: string, name: string): string {
    if (name === "originalFilter") {
      return decodeURIComponent(value).replace(/\d+/g, (uid) => String(this.#number(Number(uid), "uid")));
    }
    return FORMS.find(([form]) => form.test(value))?.[1] ?? value;
  }
}
