import { MeilisearchApiError, MiroirClient, type MiroirConfig, metaOf } from "../../src/index.ts";
import { createEmbeddedNode, type EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { MASTER_KEY } from "../golden/placeholders.ts";
import type { Scenario } from "../golden/scenario.ts";
import type { VerbCall } from "./verb-call.ts";

/** What a caller sees of an answer through the client. */
export interface Answer {
  /** 200 for every success: the client does not tell which. */
  readonly status: number;
  readonly body: unknown;
  /** Why the answer may differ from one node's, in the words of its metadata. */
  readonly reasons?: readonly string[];
}

/** Fresh nodes and a client over them that sends no key of its own. */
export interface Station {
  readonly nodes: readonly EmbeddedNode[];
  ask(call: VerbCall): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts a client with a single `host`. */
export async function startSingle(scenario: Scenario): Promise<Station> {
  const nodes = await startNodes(1, scenario);
  return open(nodes, { host: nodes[0]?.url ?? "" });
}

/** Starts a client over three nodes that hold every document twice. */
export async function startTriple(scenario: Scenario): Promise<Station> {
  const nodes = await startNodes(3, scenario);
  const limit = payloadLimitOf(scenario);
  return open(nodes, {
    nodes: nodes.map(({ url }, position) => ({ id: `node-${position}`, url })),
    replicationFactor: 2,
    shards: 16,
    operatorKey: MASTER_KEY,
    ...(limit === undefined ? {} : { payloadLimitBytes: limit }),
  });
}

async function startNodes(count: number, scenario: Scenario): Promise<EmbeddedNode[]> {
  const limit = payloadLimitOf(scenario);
  const options = { masterKey: MASTER_KEY, ...(limit === undefined ? {} : { payloadLimitBytes: limit }) };
  return Promise.all(Array.from({ length: count }, () => createEmbeddedNode(options)));
}

function payloadLimitOf({ nodeOptions = [] }: Scenario): number | undefined {
  const at = nodeOptions.indexOf("--http-payload-size-limit");
  return at < 0 ? undefined : Number(nodeOptions[at + 1]);
}

function open(nodes: readonly EmbeddedNode[], config: MiroirConfig): Station {
  const client = new MiroirClient(config);
  return {
    nodes,
    ask: (call) => ask(client, call),
    async close() {
      await client.close();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

async function ask({ httpRequest }: MiroirClient, { verb, options }: VerbCall): Promise<Answer> {
  try {
    const body = (await httpRequest[verb](options)) ?? null;
    return { status: 200, body, reasons: metaOf(body)?.reasons ?? [] };
  } catch (error) {
    if (error instanceof MeilisearchApiError) return { status: error.response.status, body: error.cause ?? null };
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { status: 0, body: String(cause) }; // a caller sees an error that is none of the server's
  }
}
