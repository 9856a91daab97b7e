import type { Aftermath } from "./aftermath.ts";
import type { Station } from "./station.ts";
import type { TaskNumbers } from "./task-numbers.ts";
import type { FilledRequest } from "./verb-call.ts";

/** One world's answer to a step, with the finished task where there is one. */
export interface Side {
  readonly status: number;
  readonly body: unknown;
  readonly task: unknown;
  /** Why the answer may differ from one node's, in the words of its metadata. */
  readonly reasons?: readonly string[];
}

/** The recorded answer and the cluster's. */
export interface Sides {
  readonly recorded: Side;
  readonly given: Side;
}

/** Where a request went, so that a rule can ask more about it. */
export interface Asked {
  readonly station: Station;
  readonly request: FilledRequest;
}

/** What rules may look at beside the two answers. */
export interface RuleContext {
  readonly cluster: Asked;
  /** The same step on a single node in the recorded state. */
  readonly single: Asked;
  readonly numbers: TaskNumbers;
  readonly aftermath: Aftermath;
}

/** A kind of answer that must differ over many nodes. */
export interface Rule {
  readonly name: string;
  /** Takes the allowed difference out of both answers; `undefined` when there is none. */
  apply(sides: Sides, context: RuleContext): Sides | undefined | Promise<Sides | undefined>;
}
