import type { JsonObject } from "../core/types.ts";
import { shardFilter } from "../routing/reserved.ts";
import { conditionsOf } from "./shard-request.ts";

/** A body up to the place of the shards' condition in its filter. */
interface OpenBody {
  readonly body: JsonObject;
  readonly text: string;
}

/**
 * Writes what nodes are asked, each limited to its shards, as JSON. Nodes that are asked the same share the text up to
 * the condition. It is plain ASCII where the user's own part is, since brackets would make it a text of two bytes a
 * letter, which takes several times as long to encode.
 */
export class ShardBodies {
  readonly #shards: number;
  #last: OpenBody | undefined;

  /** @param shards The cluster's number of shards */
  constructor(shards: number) {
    this.#shards = shards;
  }

  /** The text of `body` with one more condition in its filter. */
  textFor(body: JsonObject, asked: readonly number[]): string {
    if (this.#last?.body !== body) this.#last = { body, text: openFilter(body) };
    return `${this.#last.text}${conditionFor(this.#shards, asked)}]}`;
  }
}

/** The body with its filter last, which is a list that lacks its last condition and its end. */
function openFilter({ filter, ...rest }: JsonObject): string {
  const others = JSON.stringify(rest).slice(0, -1);
  const written = conditionsOf(filter)
    .map((condition) => `${JSON.stringify(condition)},`)
    .join("");
  return `${others}${others === "{" ? "" : ","}"filter":[${written}`;
}

/** Conditions in JSON, by the number of shards and those asked; covers are few. */
const conditions = new Map<string, string>();
const MOST_CONDITIONS = 1000;

function conditionFor(shards: number, asked: readonly number[]): string {
  const key = `${shards}:${asked.join()}`;
  const known = conditions.get(key);
  if (known !== undefined) return known;
  const written = JSON.stringify(shardFilter(shards, asked)).replace(/[^ -~]/g, escaped);
  if (conditions.size >= MOST_CONDITIONS) conditions.clear();
  conditions.set(key, written);
  return written;
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
