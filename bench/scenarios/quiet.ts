import { setTimeout as pause } from "node:timers/promises";
import type { Scenario } from "./scenario.ts";

/** When a client that nobody uses must have fallen silent, and how long it is listened to then, in milliseconds. */
const SILENT_AFTER_MS = 31_000;
const LISTENING_MS = 10_000;

/** What an open client sends when nobody has used it for half a minute. */
export const quiet: Scenario = {
  name: "quiet",
  title: "Requests of a client that nobody uses",
  async run(lab) {
    const cluster = await lab.cluster({ nodes: 4, replicationFactor: 1 });
    await using proxies = lab.detachedWorker();
    const urls = await proxies.ask(
      "proxies",
      cluster.nodes.map(({ url }) => url),
    );
    await using worker = lab.detachedWorker();
    const nodes = cluster.nodes.map(({ id }, position) => ({ id, url: urls[position] }));
    await worker.ask("open", { name: "", client: "miroir", config: { ...cluster.config, nodes } });
    await worker.ask("closed", { workload: "page", searches: 50, concurrency: 2 });
    await pause(SILENT_AFTER_MS);
    await proxies.ask("traffic", null);
    await pause(LISTENING_MS);
    const traffic = await proxies.ask("traffic", null);
    const requests = traffic.reduce((sum, { searches, others }) => sum + searches + others, 0);
    return {
      results: [{ name: "quiet: requests from 31 s to 41 s after the last call", value: requests, unit: "requests" }],
    };
  },
};
