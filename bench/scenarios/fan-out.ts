import type { Line } from "../findings.ts";
import { type FanOutModel, simulateFanOut } from "../simulator/fan-out.ts";
import type { Scenario } from "./scenario.ts";

const NODES = [1, 2, 4, 8, 16, 32];

/** Half of what one node can take, times that are usual for a million small documents, and one late answer in a hundred. */
const MODEL: Omit<FanOutModel, "nodes"> = {
  ...{ nodeBaseMs: 0.5, corpusMs: 8, clientBaseMs: 0.15, clientPartMs: 0.06 },
  ...{ stallShare: 0.01, stallMs: 60, searchesPerSecond: 60, searches: 10_000, seed: 42 },
};

/** What fanning out does by itself: fixed service times, no sockets, the same numbers on every machine. */
export const fanOut: Scenario = {
  name: "fan-out",
  title: "Fan-out from 1 to 32 nodes on fixed service times (simulated)",
  async run() {
    const outcomes = NODES.map((nodes) => {
      const hedgeAfterMs = 3 * (MODEL.nodeBaseMs + MODEL.corpusMs / nodes);
      return {
        nodes,
        plain: simulateFanOut({ ...MODEL, nodes }),
        hedged: simulateFanOut({ ...MODEL, nodes, hedgeAfterMs }),
      };
    });
    const line = (name: string, of: (outcome: (typeof outcomes)[number]) => number): Line => ({
      name,
      points: outcomes.map((outcome) => [outcome.nodes, of(outcome)]),
    });
    const lines = [
      line("p50", ({ plain }) => plain.p50Ms),
      line("p99", ({ plain }) => plain.p99Ms),
      line("p99 with hedging", ({ hedged }) => hedged.p99Ms),
    ];
    const limit = line("searches a second", ({ plain }) => plain.limitPerSecond);
    return {
      results: [
        ...lines.flatMap(({ name, points }) =>
          points.map(([nodes, value]) => ({ name: `fan-out ${name}: ${nodes} nodes`, value, unit: "ms" })),
        ),
        ...limit.points.map(([nodes, value]) => ({ name: `fan-out limit: ${nodes} nodes`, value, unit: "searches/s" })),
      ],
      charts: [
        {
          ...{ kind: "lines", title: "Fan-out on fixed service times", lines },
          caption:
            "Simulated: one node would take 8.5 ms, each of several its part; 60 searches a second; 1 % of the nodes' answers are 60 ms late.",
          x: { label: "nodes", scale: "log" },
          y: { label: "ms", scale: "log" },
        },
        {
          ...{ kind: "lines", title: "Searches a second that such a cluster can take", lines: [limit] },
          caption: "Simulated: until the client's one thread, at 0.06 ms a part, is busier than any node.",
          x: { label: "nodes", scale: "log" },
          y: { label: "searches/s", scale: "log" },
        },
      ],
    };
  },
};
