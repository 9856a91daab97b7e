import { MiroirError } from "../../core/errors.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";

/** A task of the server, as it is looked at here. */
interface SeenTask {
  readonly uid: number;
  readonly type: string;
  readonly indexUid: string | null;
  readonly customMetadata?: string;
}

/** Tasks that change what is adopted. */
const CHANGES = [
  ...["documentAdditionOrUpdate", "documentEdition", "documentDeletion", "settingsUpdate"],
  ...["indexCreation", "indexDeletion", "indexUpdate", "indexSwap"],
].join(",");

const PAGE = 1000;

/** Watches for writes of others to a server: its tasks that are not ours. */
export class ForeignWrites {
  readonly #operator: Operator;
  readonly #node: NodeInfo;
  readonly #mark: string;
  readonly #own = new Set<number>();
  #newest: number;

  private constructor(operator: Operator, node: NodeInfo, { mark, newest }: { mark: string; newest: number }) {
    this.#operator = operator;
    this.#node = node;
    this.#mark = mark;
    this.#newest = newest;
  }

  /**
   * Begins to watch.
   * @param mark `customMetadata` of our own tasks
   */
  static async watch(operator: Operator, node: NodeInfo, mark: string): Promise<ForeignWrites> {
    const { results } = await list(operator, node, "limit=1");
    return new ForeignWrites(operator, node, { mark, newest: results[0]?.uid ?? -1 });
  }

  /** Makes a task known as ours that cannot carry the mark. */
  own(taskUid: number): void {
    this.#own.add(taskUid);
  }

  /**
   * Makes sure that nobody else wrote to these indexes since.
   * @throws MiroirError `miroir_index_mismatch`
   */
  async requireNone(uids: readonly string[]): Promise<void> {
    const chosen = new Set(uids);
    let newest = this.#newest;
    for (let from = ""; ; ) {
      const { results, next } = await list(this.#operator, this.#node, `types=${CHANGES}&limit=${PAGE}${from}`);
      for (const task of results) {
        newest = Math.max(newest, task.uid);
        if (task.uid > this.#newest && this.#isForeign(task, chosen)) throw disturbed(task, this.#node);
      }
      if (next === null || (results.at(-1)?.uid ?? 0) <= this.#newest) break;
      from = `&from=${next}`;
    }
    this.#newest = newest;
  }

  #isForeign({ uid, indexUid, customMetadata }: SeenTask, chosen: ReadonlySet<string>): boolean {
    const isOwn = customMetadata === this.#mark || this.#own.has(uid);
    return !isOwn && (indexUid === null || chosen.has(indexUid));
  }
}

function list(
  operator: Operator,
  node: NodeInfo,
  query: string,
): Promise<{ results: SeenTask[]; next: number | null }> {
  return operator.demand(node, { method: "GET", path: "tasks", query, unchecked: true });
}

function disturbed({ uid, type, indexUid }: SeenTask, { url }: NodeInfo): MiroirError {
  const what = indexUid === null ? "indexes" : `index \`${indexUid}\``;
  return new MiroirError(
    "miroir_index_mismatch",
    `Somebody wrote to ${what} of ${url} past miroir while it was adopted (task ${uid}, ${type}). Stop what writes there, and ` +
      "run the adoption again: it goes on where it was.",
    { status: 409 },
  );
}
