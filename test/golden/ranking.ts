import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { readRecording } from "../../src/cli/replay/recording.ts";
import type { JsonObject, JsonValue } from "../../src/core/types.ts";
import { createEmbeddedNode, type EmbeddedNode, loadFixtures } from "../../src/testing/index.ts";
import { rankingDocuments } from "./ranking-documents.ts";

/** How the searches of one kind went. */
export interface RankingTally {
  readonly kind: string;
  cases: number;
  /** First pages with the recorded hits in the recorded order, ties included. */
  pages: number;
  /** Answers that equal the recorded one to the letter: totals, facets and their order, formatting, scores. */
  answers: number;
}

/** How the searches over one set of documents went; no tallies when the documents are not installed. */
export interface RankingResult {
  readonly set: string;
  readonly documents: number;
  readonly tallies: readonly RankingTally[];
}

const FILE = fileURLToPath(new URL("../fixtures/ranking/movies-cities.json.gz", import.meta.url));

/** Repeats every recorded search on an embedded node that holds the same public documents. */
export async function replayRankings(): Promise<RankingResult[]> {
  const results: RankingResult[] = [];
  for (const [set, { primaryKey, settings, cases }] of Object.entries(readRecording(FILE).sets)) {
    const documents = rankingDocuments(set);
    const node = await createEmbeddedNode();
    try {
      if (documents !== undefined) await loadFixtures(node, { [set]: { primaryKey, settings, documents } });
      const tallyByKind = new Map<string, RankingTally>();
      for (const { kind, request, single } of documents === undefined ? [] : cases) {
        const tally = tallyByKind.get(kind) ?? { kind, cases: 0, pages: 0, answers: 0 };
        tallyByKind.set(kind, tally);
        count(tally, single, search(node, set, request));
      }
      results.push({ set, documents: documents?.length ?? 0, tallies: [...tallyByKind.values()] });
    } finally {
      await node.close();
    }
  }
  return results;
}

function search(node: EmbeddedNode, index: string, request: JsonObject): JsonObject {
  const { body } = node.handle({
    method: "POST",
    path: `/indexes/${index}/search`,
    query: "",
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify(request)),
  });
  // The recordings were made without what changes from run to run.
  const { processingTimeMs: _time, requestUid: _uid, ...answer } = JSON.parse(body) as JsonObject;
  return answer;
}

function count(tally: RankingTally, recorded: JsonObject, given: JsonObject): void {
  tally.cases += 1;
  if (isDeepStrictEqual(idsOf(given), idsOf(recorded))) tally.pages += 1;
  if (JSON.stringify(given) === JSON.stringify(recorded)) tally.answers += 1;
}

function idsOf({ hits }: JsonObject): JsonValue[] | undefined {
  return Array.isArray(hits) ? hits.map((hit) => (hit as JsonObject)["id"] ?? null) : undefined;
}
