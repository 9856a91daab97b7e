import type { JsonObject, NodeInfo } from "../../src/core/types.ts";
import { STATE_INDEX } from "../../src/execute/state-index.ts";
import type { NodeRequest } from "../../src/transport/transport.ts";
import { answer, type Reaction, refusal } from "./memory-transport.ts";

/** What one server keeps: its state index, or none, and its tasks. */
interface StateNode {
  documents: Map<string, JsonObject> | undefined;
  tasks: string[];
}

/** Servers in memory that know no more than the hidden state index, told apart by their address. */
export class StateNodes {
  readonly #byUrl = new Map<string, StateNode>();
  /** Reactions that come before the servers' own. */
  override: (request: NodeRequest) => Reaction | Promise<Reaction> | undefined = () => undefined;

  readonly script = (request: NodeRequest): Reaction | Promise<Reaction> =>
    this.override(request) ?? this.#answer(request);

  of({ url }: NodeInfo): StateNode {
    let node = this.#byUrl.get(url);
    if (node === undefined) {
      node = { documents: undefined, tasks: [] };
      this.#byUrl.set(url, node);
    }
    return node;
  }

  /** The records of a server, parsed. */
  recordsOf(node: NodeInfo): JsonObject[] {
    return [...(this.of(node).documents?.values() ?? [])].map(({ value }) => JSON.parse(String(value)) as JsonObject);
  }

  #answer({ node, method, path, query, body }: NodeRequest): Reaction {
    const state = this.of(node);
    const task = /^tasks\/(\d+)$/.exec(path)?.[1];
    if (task !== undefined) return answer(200, { uid: Number(task), status: state.tasks[Number(task)], error: null });
    if (path === "tasks") {
      const uid = state.tasks.length - 1;
      return answer(200, { results: uid < 0 ? [] : [{ uid }] });
    }
    if (path === "indexes" && method === "POST") return this.#create(state);
    if (path === `indexes/${STATE_INDEX}/settings`) return enqueue(state);
    if (path === `indexes/${STATE_INDEX}/documents` && method === "POST") return put(state, body);
    if (state.documents === undefined) return refusal(404, "index_not_found");
    if (path === `indexes/${STATE_INDEX}/documents`) return list(state.documents, query);
    const document = state.documents.get(path.split("/").at(-1) ?? "");
    return document === undefined ? refusal(404, "document_not_found") : answer(200, document);
  }

  #create(state: StateNode): Reaction {
    if (state.documents !== undefined) return enqueue(state, "failed");
    state.documents = new Map();
    return enqueue(state);
  }
}

function enqueue(state: StateNode, status = "succeeded"): Reaction {
  return answer(202, { taskUid: state.tasks.push(status) - 1 });
}

function put(state: StateNode, body: string | undefined): Reaction {
  state.documents ??= new Map();
  for (const document of JSON.parse(body ?? "[]") as JsonObject[])
    state.documents.set(String(document["id"]), document);
  return enqueue(state);
}

function list(documents: ReadonlyMap<string, JsonObject>, query: string | undefined): Reaction {
  const params = new URLSearchParams(query);
  const offset = Number(params.get("offset") ?? 0);
  const results = [...documents.values()].slice(offset, offset + Number(params.get("limit") ?? 20));
  return answer(200, { results, total: documents.size });
}
