import { describe, it } from "vitest";
import type { Fault } from "../../src/testing/embedded-node/faults.ts";
import { startLoad } from "../support/chaos-load.ts";
import { startJobCluster } from "../support/job-cluster.ts";
import { printedSeed } from "../support/printed-seed.ts";

const seed = printedSeed("troubled nodes");

/** Acknowledged writes before, during and after the trouble. */
const WRITES = 40;

const TROUBLES: readonly (readonly [what: string, fault: Fault])[] = [
  ["answers half a second late", { latencyMs: 500 }],
  ["takes requests and answers none", { hang: true }],
  [
    "has no space left on its disk",
    { status: 422, match: ({ method, path }) => method !== "GET" && /\/documents/.test(path) },
  ],
];

describe(`under load, a node that (SEED=${seed})`, () => {
  it.each(TROUBLES)("%s costs no search and no write", { timeout: 120_000 }, async (_what, fault) => {
    const cluster = await startJobCluster({ isShared: true, spares: 0 });
    const load = await startLoad(cluster, seed);
    await load.pass(WRITES);
    const [, node] = cluster.nodes;
    node?.faults.set(fault);
    await load.pass(WRITES);
    node?.faults.clear();
    await load.untilPaid();
    await load.expectSound();
  });
});
