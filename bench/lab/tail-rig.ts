import { setTimeout as pause } from "node:timers/promises";
import type { TestCluster, TestNode } from "../../src/testing/index.ts";
import { Histogram } from "../histogram.ts";
import type { Fault, Traffic } from "../worker/fault.ts";
import type { OpenLoopMeasure } from "../worker/protocol.ts";
import type { Worker } from "../worker/worker.ts";
import type { Lab } from "./lab.ts";

/** What a client that may or may not hedge saw before and during a fault. */
export interface TailMeasure extends OpenLoopMeasure {
  /** Seconds from the first search to the fault. */
  readonly faultAt: number;
  /** Requests for a search that reached the nodes' ports, before and during the fault; none where there are no ports. */
  readonly requestsPerSearch?: { readonly healthy: number; readonly faulty: number };
}

/** Does something to the cluster; what it returns undoes it. */
export type Break = (rig: TailRig) => Promise<() => Promise<unknown>>;

const SHAPE = { nodes: 4, replicationFactor: 2 };

/** Searches before anything is measured, so that the latencies of every node are known. */
const WARM_UP = { workload: "page", searches: 300, concurrency: 2 } as const;

/** Four nodes with two copies, each behind a port that can break, and one that can be killed. */
export class TailRig {
  readonly #lab: Lab;
  readonly #cluster: TestCluster;
  readonly #proxies: Worker;
  readonly #urls: readonly string[];

  private constructor(lab: Lab, made: { cluster: TestCluster; proxies: Worker; urls: readonly string[] }) {
    this.#lab = lab;
    this.#cluster = made.cluster;
    this.#proxies = made.proxies;
    this.#urls = made.urls;
  }

  static async open(lab: Lab): Promise<TailRig> {
    const cluster = await lab.cluster(SHAPE);
    const proxies = lab.worker();
    const urls = await proxies.ask(
      "proxies",
      cluster.nodes.map(({ url }) => url),
    );
    return new TailRig(lab, { cluster, proxies, urls });
  }

  /** The node that breaks. */
  get victim(): TestNode {
    const node = this.#cluster.nodes[1];
    if (node === undefined) throw new Error("the cluster has no second node");
    return node;
  }

  /** Breaks what leads to the victim, or to all nodes. */
  async setFault(fault: Fault, which: "victim" | "all" = "victim"): Promise<void> {
    const all = this.#urls.map((_, proxy) => proxy);
    for (const proxy of which === "all" ? all : [1]) await this.#proxies.ask("fault", { proxy, fault });
  }

  /** Lets a new client search at fixed times, and breaks something after the first seconds. */
  async measure(hasHedging: boolean, breakIt: Break, isDirect = false): Promise<TailMeasure> {
    const { healthySeconds, faultSeconds, ratePerSecond } = this.#lab.size;
    await using worker = this.#lab.detachedWorker();
    const nodes = this.#cluster.nodes.map(({ id, url }, position) => ({
      id,
      url: isDirect ? url : this.#urls[position],
    }));
    const hedging = hasHedging ? {} : { hedging: false };
    const config = { ...this.#cluster.config, nodes, ...hedging };
    await worker.ask("open", { name: "", client: "miroir", config });
    await worker.ask("closed", WARM_UP);
    await this.#proxies.ask("traffic", null);
    const seconds = healthySeconds + faultSeconds;
    const running = worker.ask("openLoop", { workload: "page", ratePerSecond, seconds });
    await pause(healthySeconds * 1000);
    const healthy = await this.#proxies.ask("traffic", null);
    const brokenAt = Date.now();
    const repair = await breakIt(this);
    const measured = await running.finally(() => repair());
    const faulty = await this.#proxies.ask("traffic", null);
    const perSearch = (traffic: readonly Traffic[], during: number) =>
      traffic.reduce((sum, { searches }) => sum + searches, 0) / (ratePerSecond * during);
    const requestsPerSearch = { healthy: perSearch(healthy, healthySeconds), faulty: perSearch(faulty, faultSeconds) };
    const faultAt = (brokenAt - measured.startedAt) / 1000;
    return { ...measured, faultAt, ...(isDirect ? {} : { requestsPerSearch }) };
  }
}

/** What all seconds of a stretch saw together. */
export function latenciesOf({ seconds }: OpenLoopMeasure, from: number, to = seconds.length): Histogram {
  return Histogram.merged(seconds.slice(from, to).map(({ latencies }) => latencies));
}
