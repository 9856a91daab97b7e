import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { MeilisearchApiError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { type FederatedWorld, federate, startFederatedWorld } from "../support/equivalence/federated-world.ts";
import { countFaults, placeOf } from "../support/equivalence/federation-faults.ts";
import { hybridFederations } from "../support/equivalence/federations.ts";
import { vectorCorpora } from "../support/equivalence/vectors.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["HYBRID_FEDERATIONS"] ?? 300);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`hybrid federation equivalence: ${total} searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
];

/** The same request with all that tells why hits are where they are. */
function detailed(request: JsonObject): JsonObject {
  const queries = (request["queries"] as JsonObject[]).map(({ attributesToRetrieve: _, ...query }) => ({
    ...query,
    ...{ showRankingScore: true, showRankingScoreDetails: true },
  }));
  return { ...request, queries };
}

/** Every hit that a query finds by words, by id, with its score. */
async function scoresByWords(client: FederatedWorld["single"], query: JsonObject): Promise<Map<unknown, string>> {
  const { indexUid, hybrid: _, vector: __, federationOptions: ___, retrieveVectors: ____, ...words } = query;
  const plain = { ...words, attributesToRetrieve: ["id"], showRankingScore: true, limit: 1000 };
  const { hits } = await client.index(String(indexUid)).search(null, plain);
  return new Map(hits.map((hit) => [hit["id"], Number(hit._rankingScore).toFixed(9)]));
}

/** Whether all hits by words score alike on every node; where they do not, they are placed otherwise among the others. */
async function haveEqualScores({ client, single }: FederatedWorld, request: JsonObject): Promise<boolean> {
  for (const query of request["queries"] as JsonObject[]) {
    const [own, whole] = [await scoresByWords(client, query), await scoresByWords(single, query)];
    if (!isDeepStrictEqual([...own].sort(), [...whole].sort())) return false;
  }
  return true;
}

/** What the metadata calls approximate, beside scores that differ from node to node. */
const APPROXIMATE = /^(What is found by vector is left out|Hybrid searches with distinct)/;

const tally = { compared: 0, approximate: 0, refused: 0 };

async function check(world: FederatedWorld, request: JsonObject): Promise<void> {
  const { client, single } = world;
  const [answer, expected] = [await federate(client, request), await federate(single, request)];
  if (expected instanceof MeilisearchApiError) {
    tally.refused += 1;
    expect((answer as MeilisearchApiError).cause).toEqual(expected.cause);
    return;
  }
  if (answer instanceof MeilisearchApiError) throw answer;
  const meta = metaOf(answer);
  if (meta === undefined) throw new Error("the answer carries no metadata");
  refuseReservedTraces(answer, "The answer");
  const isApproximate = meta.reasons.some((reason) => APPROXIMATE.test(reason));
  if (isApproximate || !(await haveEqualScores(world, request))) {
    tally.approximate += 1;
    return;
  }
  tally.compared += 1;
  expect(countFaults(expected, answer, meta)).toEqual([]);
  const [own, wanted] = [await federate(client, detailed(request)), await federate(single, detailed(request))];
  if (own instanceof MeilisearchApiError || wanted instanceof MeilisearchApiError) throw new Error("refused in detail");
  const places = ({ hits }: JsonObject) => (hits as JsonObject[]).map((hit) => `${scoreOf(hit)} ${placeOf(hit)}`);
  expect(places(own)).toEqual(places(wanted));
  for (const field of ["queryVectors", "semanticHitCount"]) expect(answer[field], field).toEqual(expected[field]);
}

function scoreOf({ _federation: federation }: JsonObject): string {
  return Number((federation as JsonObject)["weightedRankingScore"]).toFixed(9);
}

describe(`federated searches by words and vectors over a cluster equal one node's (SEED=${seed})`, () => {
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      // With distinct, a server that runs out of neighbours goes on with further vectors of documents before nearer ones.
      const world = await startFederatedWorld(
        shape,
        fc.sample(vectorCorpora({ several: 0 }), { seed: own, numRuns: 2 }),
      );
      const property = fc.asyncProperty(hybridFederations, (request) => check(world, request));
      await fc.assert(property, { seed: own, numRuns: Math.ceil(total / SHAPES.length) });
      process.stdout.write(`${JSON.stringify(tally)}\n`);
      expect(tally.compared).toBeGreaterThan(0);
    });
  }
});
