/** A program for the tests: starts a cluster of processes, says which they are, and waits to be killed. */
import { startTestCluster } from "../../../src/testing/index.ts";

const cluster = await startTestCluster({ nodes: 2, source: "embedded", processes: true });
process.stdout.write(`${JSON.stringify(cluster.nodes.map(({ pid }) => pid))}\n`);
process.stdin.resume();
