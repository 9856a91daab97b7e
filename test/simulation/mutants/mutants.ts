/** A change of the product's code: a line of it, and what stands there instead. */
export interface Edit {
  readonly file: string;
  /** Occurs once in the file. */
  readonly line: string;
  readonly becomes: string;
}

/** A bug that can be planted into the product's code. */
export interface Mutant extends Edit {
  /** A second line of defence, which has to be gone for the first to be seen. */
  readonly behind?: Edit;
  /**
   * The first of at most {@link MOST_SEEDS} seeds to look with: one that found it when it was looked for; undefined when
   * none has found it yet.
   */
  readonly from: number | undefined;
}

/** So many simulations have to do to find a bug. */
export const MOST_SEEDS = 300;

/** The bugs that the simulation must find, by the promise that each breaks. */
export const MUTANTS = {
  "debt ignored on read": {
    file: "src/routes/choose-replicas.ts",
    line: 'return standing.owes(shard) ? "indebted" : "good";',
    becomes: 'return "good";',
    from: 14,
  },
  "a lost answer sent again": {
    file: "src/execute/write.ts",
    line: 'const pauseMs = outcome.kind === "overloaded" ? (outcome.retryAfterMs ?? 100) : undefined;',
    becomes: 'const pauseMs = outcome.kind === "overloaded" || outcome.kind === "unknown" ? 100 : undefined;',
    from: 202,
  },
  "partial update to an indebted replica": {
    file: "src/routes/documents-write.ts",
    line: '.filter(({ shard, id }) => own.has(shard) && !(write.mode === "update" && isOwed(shard, [id])))',
    becomes: ".filter(({ shard }) => own.has(shard))",
    from: 1,
  },
  "debt cleared without re-reading": {
    file: "src/execute/repair/repairer.ts",
    line: "else if (operation.isCovered) await debts.pay(owed.debts);",
    becomes: "if (operation.isCovered) await debts.pay(owed.debts);",
    from: 98,
  },
  "debt cleared without draining every owner": {
    file: "src/execute/repair/repairer.ts",
    line: "await Promise.all([...involved].map((node) => drain(operator, node, signal)));",
    becomes: "",
    from: 21,
  },
  "an acknowledgement from an indebted replica counted": {
    file: "src/routes/sharded-write.ts",
    line: "const isVoid = missed.isBehind(node, index) || debts.ledger.owesAny(index, { node, shard }, touched);",
    becomes: "const isVoid = missed.isBehind(node, index);",
    from: 376,
  },
  "a debt of a node that went away paid": {
    file: "src/execute/repair/repairer.ts",
    line: "const debts = ripe.filter(({ node }) => reachable.some(({ id }) => id === node));",
    becomes: "const debts = ripe;",
    from: 204,
  },
  "a failed task forgotten": {
    file: "src/tasks/tracker.ts",
    line: "if (isSettled) this.#leave(entry);",
    becomes: "this.#leave(entry);",
    from: undefined,
  },
  "what some shards took of a failed call forgotten": {
    file: "src/routes/accept-write.ts",
    line: "if (task.parts.length > 0) cluster.tasks.add({ head: { ...head, error: { ...result.error.cause } }, ...task });",
    becomes: "",
    from: undefined,
  },
  "no barrier": {
    file: "src/execute/view/epoch-barrier.ts",
    line: "if (!laggards.areAmong(await readProcesses(store, signal))) return true;",
    becomes: "return true;",
    from: 6,
  },
  "no queue drain before verify": {
    file: "src/jobs/move/drain-nodes.ts",
    line: "if (options.indexes.length === 0) return [];",
    becomes: "return [];",
    from: 18,
  },
  "purge before the last barrier": {
    file: "src/jobs/run/clear-former.ts",
    line: 'const isOver = await run.changes.barrier("readers", {',
    becomes: "const isOver = true; void ({",
    from: 49,
  },
  "copy without compare": {
    file: "src/jobs/run/move-step.ts",
    line: "if (comparison.differences.length === 0 && !comparison.isCut) return undefined;",
    becomes: "return undefined;",
    from: 35,
  },
  "writers released together with the readers at a switch": {
    file: "src/jobs/run/hold-and-switch.ts",
    line: 'await run.changes.barrier("leases", { signal: run.termSignal });',
    becomes: "",
    from: 92,
  },
  "an unfenced old driver": {
    file: "src/jobs/run/node-fence.ts",
    line: "for (const former of this.#formerOn(node.id)) await deleteKey(cluster, node, former);",
    becomes: "",
    from: 73,
  },
  "a lapsed lease revived in mid-call": {
    file: "src/execute/view/operation.ts",
    line: "(this.#isEntered && this.#lease?.isInForce === true);",
    becomes: "this.#context.lease()?.isInForce === true;",
    // No write lives longer than those wait who change owners, so that its lease does not matter much.
    behind: {
      file: "src/routes/sharded-write.ts",
      line: "Deadline.start(clock, requestBudgetMs(write.call, options));",
      becomes: "Deadline.start(clock, 25_000);",
    },
    from: 490,
  },
  "readers without a lease": {
    file: "src/client/session.ts",
    line: "if (operation.isCovered) return response;",
    becomes: "if (operation !== undefined) return response;",
    from: 200,
  },
} as const satisfies Readonly<Record<string, Mutant>>;

/** The name of a planted bug. */
export type MutantName = keyof typeof MUTANTS;

/** Whether there is a planted bug of this name. */
export function isMutantName(name: string): name is MutantName {
  return name in MUTANTS;
}
