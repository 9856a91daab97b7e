import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { contentOf } from "./content.ts";
import { stampOf } from "./fetch-records.ts";
import type { ReplicaDocuments } from "./replica-reader.ts";

/** What must be written to a replica so that it holds what it should. */
export interface Correction {
  readonly put: readonly RawRecord[];
  readonly remove: readonly string[];
}

/** What one replica must be told to become equal to the truth; both hold the documents in question and nothing else. */
export function correct(truth: ReplicaDocuments, replica: ReplicaDocuments): Correction {
  const put = [...truth].filter(([id, record]) => !isSame(record, replica.get(id))).map(([, record]) => record);
  const remove = [...replica.keys()].filter((id) => !truth.has(id));
  return { put, remove };
}

/**
 * What there should be: of each document the version with the highest stamp among the replicas whose word counts for it,
 * present over absent.
 */
export function elect(
  replicas: ReadonlyMap<string, ReplicaDocuments>,
  authoritiesFor: (id: string) => readonly string[],
): ReplicaDocuments {
  const elected = new Map<string, RawRecord>();
  const ids = new Set([...replicas.values()].flatMap((documents) => [...documents.keys()]));
  for (const id of ids) {
    for (const node of authoritiesFor(id)) {
      const candidate = replicas.get(node)?.get(id);
      const rival = elected.get(id);
      if (candidate !== undefined && (rival === undefined || stampOf(rival) < stampOf(candidate)))
        elected.set(id, candidate);
    }
  }
  return elected;
}

function isSame(a: RawRecord, b: RawRecord | undefined): boolean {
  return b !== undefined && contentOf(a) === contentOf(b);
}
