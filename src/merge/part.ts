import type { JsonObject } from "../core/types.ts";
import { badAnswer, objectOf } from "./answer-shape.ts";

/** One node's reply to its part of a cluster call. */
export interface Part {
  /** Position of the part in the plan; ties between hits go by it, so it must not depend on arrival. */
  readonly order: number;
  /** The parsed answer, as it came. */
  readonly body: unknown;
}

/** The bodies of the parts in plan order; throws when there is none or one is not an object. */
export function bodiesInOrder(parts: readonly Part[]): [JsonObject, ...JsonObject[]] {
  const sorted = [...parts].sort((left, right) => left.order - right.order);
  const [first, ...rest] = sorted.map((part) => objectOf(part.body, `part ${part.order}`));
  if (first === undefined) throw badAnswer("there is no part");
  return [first, ...rest];
}
