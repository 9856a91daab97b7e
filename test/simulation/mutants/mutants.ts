/** A bug that can be planted into the product's code: a line of it, and what stands there instead. */
export interface Mutant {
  readonly file: string;
  /** Occurs once in the file. */
  readonly line: string;
  readonly becomes: string;
  /** A range of seeds, at most 300, that is known to find it. */
  readonly from: number;
  readonly seeds: number;
}

/** The bugs that the simulation must find, by the promise that each breaks. */
export const MUTANTS = {
  "debt ignored on read": {
    file: "src/routes/read.ts",
    line: 'return isOwed ? "indebted" : "good";',
    becomes: 'return "good";',
    ...{ from: 1, seeds: 300 },
  },
  "a lost answer sent again": {
    file: "src/execute/write.ts",
    line: 'const pauseMs = outcome.kind === "overloaded" ? (outcome.retryAfterMs ?? 100) : undefined;',
    becomes: 'const pauseMs = outcome.kind === "overloaded" || outcome.kind === "unknown" ? 100 : undefined;',
    ...{ from: 1, seeds: 300 },
  },
  "partial update to an indebted replica": {
    file: "src/routes/documents-write.ts",
    line: '.filter(({ shard, id }) => own.has(shard) && !(write.mode === "update" && isOwed(shard, id)))',
    becomes: ".filter(({ shard }) => own.has(shard))",
    ...{ from: 1, seeds: 300 },
  },
  "debt cleared without re-reading": {
    file: "src/execute/repair/repairer.ts",
    line: "else if (operation.isCovered) await debts.pay(owed.debts);",
    becomes: "if (operation.isCovered) await debts.pay(owed.debts);",
    ...{ from: 1, seeds: 300 },
  },
  "debt cleared without draining every owner": {
    file: "src/execute/repair/repairer.ts",
    line: "await Promise.all([...involved].map((node) => drain(operator, node, signal)));",
    becomes: "",
    ...{ from: 1, seeds: 300 },
  },
  "an acknowledgement from an indebted replica counted": {
    file: "src/routes/sharded-write.ts",
    line: "if (ledger.owesAny(index, { node, shard }, ids))",
    becomes: "if (index === node)",
    ...{ from: 1, seeds: 300 },
  },
  "a debt of a node that went away paid": {
    file: "src/execute/repair/repairer.ts",
    line: "const debts = ripe.filter(({ node }) => reachable.some(({ id }) => id === node));",
    becomes: "const debts = ripe;",
    ...{ from: 1, seeds: 300 },
  },
  "a failed task forgotten": {
    file: "src/tasks/tracker.ts",
    line: "if (isSettled) this.#leave(entry);",
    becomes: "this.#leave(entry);",
    ...{ from: 1, seeds: 300 },
  },
  "what some shards took of a failed call forgotten": {
    file: "src/routes/accept-write.ts",
    line: "if (task.parts.length > 0) cluster.tasks.add({ head: { ...head, error: { ...result.error.cause } }, ...task });",
    becomes: "",
    ...{ from: 1, seeds: 300 },
  },
} as const satisfies Readonly<Record<string, Mutant>>;

/** The name of a planted bug. */
export type MutantName = keyof typeof MUTANTS;

/** Whether there is a planted bug of this name. */
export function isMutantName(name: string): name is MutantName {
  return name in MUTANTS;
}
