import type { CounterSpec, GaugeSpec, HistogramSpec } from "./metric-registry.ts";

/** Buckets for what an application waits for, in seconds. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Buckets for what one node, or the store, takes, in seconds: most answers are there within a few milliseconds. */
const NODE_SECONDS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Buckets for numbers of nodes. */
const NODES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64];

/** Every family of metrics there is; docs/metrics.md has a row for each. One appears once its feature has something to say. */
export const CATALOGUE = {
  requestDuration: histogram("request_duration_seconds", "Time until a call was answered.", {
    labels: ["operation", "status"],
    bounds: CALL_SECONDS,
  }),
  requests: counter("requests_total", "Calls that ended.", ["operation", "status"]),
  requestsInFlight: gauge("requests_in_flight", "Calls that have not ended yet.", []),
  degradedRequests: counter("degraded_requests_total", "Answers and writes that were less than whole.", ["operation"]),
  errors: counter("errors_total", "Calls that ended with an error of miroir itself, see errors.md.", ["code"]),
  scatterFanOut: histogram("scatter_fan_out_size", "Nodes whose answers made up the answer to a read.", {
    labels: [],
    bounds: NODES,
  }),
  scatterPartial: counter("scatter_partial_responses_total", "Answers that left out shards.", []),
  scatterRetries: counter("scatter_retries_total", "Requests of reads that failed and were made up for elsewhere.", []),
  narrowable: counter("query_plan_narrowable_total", "Reads, and whether fewer than all shards were asked.", [
    "narrowed",
  ]),
  topUps: counter("top_ups_total", "Nodes that a search asked again because it had asked for too few hits.", []),
  cutOffs: counter("cutoff_answers_total", "Answers for which a node took all the time that it may.", []),
  coalescedSearches: counter(
    "coalesced_searches_total",
    "Searches that another's answer answered as well, see coalesceSearches.",
    [],
  ),
  hedgesFired: counter("hedge_fired_total", "Times that other replicas were asked beside a slow node.", []),
  hedgeRequests: counter("hedge_requests_total", "Requests that this took.", []),
  hedgesWon: counter("hedge_won_total", "Times that the other replicas answered first.", []),
  hedgeSavings: counter(
    "hedge_saved_seconds_total",
    "Time that this saved, where the slow answer came in the end.",
    [],
  ),
  hedgeBudgetExhausted: counter("hedge_budget_exhausted_total", "Times that the budget did not allow it.", []),
  nodeHealthy: gauge("node_healthy", "1 for a node that this process uses, 0 for one that it does not.", ["node_id"]),
  nodeInFlight: gauge("node_in_flight", "Requests that a node has not answered yet.", ["node_id"]),
  nodeRequestDuration: histogram("node_request_duration_seconds", "Time until a node answered, whatever the status.", {
    labels: ["node_id", "operation"],
    bounds: NODE_SECONDS,
  }),
  nodeErrors: counter("node_errors_total", "Requests that a node did not answer, or refused to work on.", [
    "node_id",
    "error_type",
  ]),
  shardsDegraded: gauge("shards_degraded", "Shards of which at least one replica is not used.", []),
  shardsUncovered: gauge("shards_uncovered", "Shards of which no replica is used.", []),
  debts: gauge("debts", "Writes that replicas missed and this process knows of.", []),
  epoch: gauge("epoch", "Version of the topology in force.", []),
  viewStale: gauge("view_stale_seconds", "Time for which the topology has been taken on trust.", []),
  storeDuration: histogram("store_request_duration_seconds", "Time until a call of the state store ended.", {
    labels: ["call"],
    bounds: NODE_SECONDS,
  }),
  storeErrors: counter("store_errors_total", "Calls of the state store that it did not answer.", ["call"]),
} as const;

function counter<const Names extends readonly string[]>(name: string, help: string, labels: Names): CounterSpec<Names> {
  return { name: `miroir_${name}`, kind: "counter", help, labels };
}

function gauge<const Names extends readonly string[]>(name: string, help: string, labels: Names): GaugeSpec<Names> {
  return { name: `miroir_${name}`, kind: "gauge", help, labels };
}

function histogram<const Names extends readonly string[]>(
  name: string,
  help: string,
  { labels, bounds }: { readonly labels: Names; readonly bounds: readonly number[] },
): HistogramSpec<Names> {
  return { name: `miroir_${name}`, kind: "histogram", help, labels, bounds };
}
