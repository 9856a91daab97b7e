import { describe, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { type ChaosLoad, startLoad } from "../support/chaos-load.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { type ChaosNode, startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";

const seed = printedSeed("rolling restart");

async function restart(node: ChaosNode, isGentle: boolean, { pass }: ChaosLoad): Promise<void> {
  await (isGentle ? node.terminate() : node.kill());
  await pass(20);
  await node.restart();
}

describe(`a rolling restart of all nodes under load (SEED=${seed})`, () => {
  it("loses nothing, brings nothing back, and leaves every search complete", {
    timeout: 120_000 * TIME_FACTOR,
  }, async () => {
    const random = seededRandom(seed);
    const cluster = await startProcessCluster();
    const load = await startLoad(cluster, seed);
    for (const node of [...cluster.nodes].sort(() => random() - 0.5)) {
      await restart(node, random() < 0.5, load);
      // As an operator does who wants no search to miss anything: the next node waits until this one has what it missed.
      await load.untilPaid();
    }
    await load.expectSound();
  });
});
