import { isDeepStrictEqual } from "node:util";
import type { SimulatedNode } from "../cluster/simulated-node.ts";
import { type Film, INDEX } from "../workload/corpus.ts";
import type { WriteJournal } from "../workload/journal.ts";
import { FIELDS } from "../workload/operation.ts";
import { isBinding, isExplained, mayDiffer, type Promises } from "./order.ts";
import { explain } from "./readers.ts";

/** A run's writes and what was promised of them. */
export interface Healed {
  readonly ids: readonly string[];
  readonly nodesById: ReadonlyMap<string, SimulatedNode>;
  readonly journal: WriteJournal;
  readonly promises: Promises;
  /** Whether copies were compared, so that what nobody owed was found too. */
  readonly isVerified: boolean;
}

/** Looks into every replica once all is healed: each holds what the writes explain, and all hold the same. */
export function checkReplicas({ ids, nodesById, ...known }: Healed): string[] {
  const contents = new Map([...nodesById].map(([id, node]) => [id, contentOf(node)]));
  return ids.flatMap((id) => {
    const copies = known.promises.ownersOf(id).map((node) => ({ node, film: contents.get(node)?.get(id) }));
    return [...checkEach(id, copies, known), ...checkEqual(id, copies, known)];
  });
}

interface Copy {
  readonly node: string;
  readonly film: Film | undefined;
}

type Known = Omit<Healed, "ids" | "nodesById">;

function checkEach(id: string, copies: readonly Copy[], { journal, promises }: Known): string[] {
  const writes = journal.of(id);
  const binding = writes.filter((write) => isBinding(write, id, promises));
  return copies.flatMap(({ node, film }) => {
    return FIELDS.flatMap((field) => {
      const found = { id, field, value: film?.[field] ?? null };
      return isExplained(found, writes, { binding, promises }) ? [] : [`${node}, healed, ${explain(found, writes)}`];
    });
  });
}

function checkEqual(id: string, copies: readonly Copy[], { journal, promises, isVerified }: Known): string[] {
  const [first, ...others] = copies;
  const odd = others.find(({ film }) => !isDeepStrictEqual(film, first?.film));
  if (first === undefined || odd === undefined) return [];
  if (!isVerified && mayDiffer(id, journal.of(id), promises)) return [];
  return [`${first.node} and ${odd.node}, healed, differ in ${id}: ${show(first)} and ${show(odd)}`];
}

function show({ film }: Copy): string {
  return film === undefined ? "absent" : `${film.text ?? "-"}/${film.note ?? "-"}`;
}

function contentOf(node: SimulatedNode): Map<string, Film> {
  return new Map(node.documents<Film>(INDEX).map((film) => [film.id, film]));
}
