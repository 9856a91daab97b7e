import type { EmbeddedNode } from "../../../../src/testing/embedded-node/index.ts";

/** An answer of a node with its parsed body. */
export interface NodeAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into member by member
  readonly body: any;
}

/** Sends one request over the network, with the master key `key`. */
export async function send(node: Pick<EmbeddedNode, "url">, target: string, body?: unknown): Promise<NodeAnswer> {
  const [method = "GET", path = "/"] = target.split(" ");
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: { authorization: "Bearer key", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Waits until a task is over and answers it. */
export async function finished(node: Pick<EmbeddedNode, "url">, taskUid: number): Promise<NodeAnswer["body"]> {
  for (;;) {
    const { body } = await send(node, `GET /tasks/${taskUid}`);
    if (body.finishedAt !== null) return body;
  }
}
