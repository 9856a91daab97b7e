import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NodeInfo } from "../../../src/core/types.ts";
import { type NodeRequest, type Transport, TransportFailure } from "../../../src/transport/transport.ts";
import { type UndiciTransportOptions, undiciTransport } from "../../../src/transport/undici.ts";

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** A server on loopback that remembers its requests and connections. */
async function startServer(
  handler: Handler,
): Promise<{ node: NodeInfo; requests: string[]; sockets: Set<Socket>; server: Server }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    handler(incoming, outgoing);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { node: nodeAt(port), requests, sockets, server };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function nodeAt(port: number): NodeInfo {
  return { id: "a", url: `http://127.0.0.1:${port}`, group: "default", weight: 1 };
}

function open(options: UndiciTransportOptions = {}): Transport {
  const transport = undiciTransport(options);
  onTestFinished(() => transport.close());
  return transport;
}

const get = (node: NodeInfo, more: Partial<NodeRequest> = {}): NodeRequest => ({
  node,
  method: "GET",
  path: "health",
  ...more,
});
const never = (): AbortSignal => new AbortController().signal;
const json = (outgoing: ServerResponse, body: unknown, status = 200) => {
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(body));
};

async function failureOf(work: Promise<unknown>): Promise<TransportFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportFailure)) throw new Error(`expected a TransportFailure, got ${String(error)}`);
  return error;
}

describe("undiciTransport", () => {
  it("sends method, query, body, key and media type, asks for an uncompressed answer, and parses it", async () => {
    const seen: { headers: IncomingMessage["headers"]; body: string }[] = [];
    const { node, requests } = await startServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (piece) => {
        body += piece;
      });
      incoming.on("end", () => {
        seen.push({ headers: incoming.headers, body });
        json(outgoing, { taskUid: 7 }, 202);
      });
    });
    const request: NodeRequest = {
      ...{ node, method: "POST", path: "indexes/a/documents", query: "primaryKey=id", body: "[1]" },
      ...{ authorization: "Bearer k", contentType: "application/x-ndjson", headers: { "x-meilisearch-client": "t" } },
    };
    const response = await open().send(request, never());
    expect(response).toMatchObject({ status: 202, body: { taskUid: 7 } });
    expect(requests).toEqual(["POST /indexes/a/documents?primaryKey=id"]);
    expect(seen[0]?.body).toBe("[1]");
    expect(seen[0]?.headers).toMatchObject({
      authorization: "Bearer k",
      "content-type": "application/x-ndjson",
      "accept-encoding": "identity",
      "x-meilisearch-client": "t",
    });
  });

  it("keeps the path of the node's own address in front", async () => {
    const { node, requests } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    await open().send(get({ ...node, url: `${node.url}/search/one` }), never());
    expect(requests).toEqual(["GET /search/one/health"]);
  });

  it("uses connections again for requests that follow one another", async () => {
    const ports = new Set<number | undefined>();
    const { node } = await startServer((incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      json(outgoing, {});
    });
    const transport = open();
    for (let count = 0; count < 20; count++) await transport.send(get(node), never());
    expect(ports.size).toBeLessThanOrEqual(2); // undici takes a second one when the first is not yet free again
  });

  it("checks every new connection once, before any request goes over it", async () => {
    const events: string[] = [];
    const ports = new Set<number | undefined>();
    const { node } = await startServer((incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      events.push("request");
      json(outgoing, {});
    });
    const transport = open({
      verify: async () => {
        events.push("verify");
      },
    });
    for (let count = 0; count < 10; count++) await transport.send(get(node), never());
    expect(events.slice(0, 2)).toEqual(["verify", "request"]);
    expect(events.filter((event) => event === "verify")).toHaveLength(ports.size);
  });

  it("never sends a request over a connection whose check failed, and closes that connection", async () => {
    const { node, requests, sockets } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    const transport = open({ verify: () => Promise.reject(new TransportFailure("identity", "is another node")) });
    const failure = await failureOf(transport.send(get(node, { method: "POST", body: "{}" }), never()));
    expect(failure).toMatchObject({ kind: "identity", sent: false });
    expect(requests).toEqual([]);
    await expect.poll(() => sockets.size).toBe(0);
  });

  it("checks again after a failed check, so that a node that became itself is used", async () => {
    let isItself = false;
    const { node } = await startServer((_incoming, outgoing) => json(outgoing, { ok: true }));
    const transport = open({
      verify: async () => {
        if (!isItself) throw new TransportFailure("identity", "is another node");
      },
    });
    expect((await failureOf(transport.send(get(node), never()))).kind).toBe("identity");
    isItself = true;
    expect((await transport.send(get(node), never())).body).toEqual({ ok: true });
  });

  it("calls a node whose check could not be made unreachable: nothing was sent", async () => {
    const { node, requests } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    const transport = open({ verify: () => Promise.reject(new Error("no answer")) });
    expect(await failureOf(transport.send(get(node), never()))).toMatchObject({ kind: "unreachable", sent: false });
    expect(requests).toEqual([]);
  });

  it("lets unchecked requests through, so that the check itself can be made", async () => {
    const { node } = await startServer((_incoming, outgoing) => json(outgoing, { marker: true }));
    const transport = open({ verify: () => Promise.reject(new Error("not now")) });
    expect((await transport.send(get(node, { unchecked: true }), never())).body).toEqual({ marker: true });
  });

  it("calls a refused connection unreachable", async () => {
    const { node, server } = await startServer(() => undefined);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    for (const unchecked of [false, true]) {
      const failure = await failureOf(open().send(get(node, { unchecked }), never()));
      expect(failure).toMatchObject({ kind: "unreachable", sent: false });
      expect(failure.message).toContain("ECONNREFUSED");
    }
  });

  it("calls a connection that breaks before the answer a reset: the node may have done it", async () => {
    const { node } = await startServer((incoming) => incoming.socket.destroy());
    expect(await failureOf(open().send(get(node), never()))).toMatchObject({ kind: "reset", sent: true });
  });

  it("calls a connection that breaks in the middle of the body a reset", async () => {
    const { node } = await startServer((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-type": "application/json", "content-length": 100 });
      outgoing.write('{"hits":[', () => outgoing.destroy());
    });
    expect(await failureOf(open().send(get(node), never()))).toMatchObject({ kind: "reset", sent: true });
  });

  it("refuses an HTML page with a status of success as a bad answer", async () => {
    const { node } = await startServer((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-type": "text/html" });
      outgoing.end("<html></html>");
    });
    const failure = await failureOf(open().send(get(node), never()));
    expect(failure).toMatchObject({ kind: "bad-answer", sent: true });
    expect(failure.message).toBe("answered status 200 with text/html instead of JSON");
  });

  it("hands on the status of a proxy's own error page, which says that the node is away, not that the address is wrong", async () => {
    const { node } = await startServer((_incoming, outgoing) => {
      outgoing.writeHead(502, { "content-type": "text/html" });
      outgoing.end("<html>Bad Gateway</html>");
    });
    expect(await open().send(get(node), never())).toMatchObject({ status: 502, body: undefined });
  });

  it("answers an empty body with undefined", async () => {
    const { node } = await startServer((_incoming, outgoing) => {
      outgoing.writeHead(204);
      outgoing.end();
    });
    expect(await open().send(get(node), never())).toMatchObject({ status: 204, body: undefined });
  });

  it("asks for gzip when told, and reads it", async () => {
    let asked: string | undefined;
    const { node } = await startServer((incoming, outgoing) => {
      asked = String(incoming.headers["accept-encoding"]);
      outgoing.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      outgoing.end(gzipSync(JSON.stringify({ name: "é" })));
    });
    expect((await open({ compress: true }).send(get(node), never())).body).toEqual({ name: "é" });
    expect(asked).toBe("gzip");
  });

  it("calls an answer in an encoding that nobody asked for a bad answer", async () => {
    const { node } = await startServer((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-type": "application/json", "content-encoding": "br" });
      outgoing.end("xx");
    });
    expect((await failureOf(open().send(get(node), never()))).kind).toBe("bad-answer");
  });

  it("gives up when the signal fires, and closes the connection that waited", async () => {
    let waiting: Socket | undefined;
    const { node, requests } = await startServer((incoming) => {
      waiting = incoming.socket;
    });
    const controller = new AbortController();
    const work = failureOf(open().send(get(node), controller.signal));
    await expect.poll(() => requests.length).toBe(1);
    controller.abort(new Error("enough"));
    expect(await work).toMatchObject({ kind: "aborted", sent: true });
    await expect.poll(() => waiting?.destroyed).toBe(true);
  });

  it("gives up when the signal fires while a connection is still being checked, and never sends the request later", async () => {
    let finish = () => {};
    const check = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { node, requests, sockets } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    const transport = open({ verify: () => check });
    const controller = new AbortController();
    const work = failureOf(transport.send(get(node, { method: "POST", body: "{}" }), controller.signal));
    await expect.poll(() => sockets.size).toBe(1);
    controller.abort(new Error("enough"));
    expect((await work).kind).toBe("aborted");
    finish();
    await transport.send(get(node), never());
    expect(requests).toEqual(["GET /health"]);
  });

  it("gives up when the signal fires while every connection is busy", async () => {
    const { node, requests } = await startServer(() => undefined);
    const transport = open({ connections: 1 });
    const first = new AbortController();
    const busy = failureOf(transport.send(get(node, { path: "busy" }), first.signal));
    await expect.poll(() => requests.length).toBe(1);
    const second = new AbortController();
    const queued = failureOf(transport.send(get(node, { path: "queued" }), second.signal));
    second.abort(new Error("enough"));
    expect((await queued).kind).toBe("aborted");
    first.abort(new Error("enough"));
    await busy;
    expect(requests).toEqual(["GET /busy"]);
  });

  it("frees every connection when it is closed, and fails what is under way", async () => {
    const { node, sockets, requests } = await startServer((incoming, outgoing) => {
      if (incoming.url === "/fast") json(outgoing, {});
    });
    const transport = open();
    await transport.send(get(node, { path: "fast" }), never());
    await transport.send(get(node, { path: "fast", unchecked: true }), never());
    const slow = failureOf(transport.send(get(node, { path: "slow" }), never()));
    await expect.poll(() => requests.includes("GET /slow")).toBe(true);
    await transport.close();
    expect((await slow).kind).toBe("aborted");
    await expect.poll(() => sockets.size).toBe(0);
  });

  it("opens no connection after it was closed", async () => {
    const { node, sockets, requests } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    const transport = open();
    await transport.close();
    expect(await failureOf(transport.send(get(node), never()))).toMatchObject({ kind: "unreachable", sent: false });
    expect(requests).toEqual([]);
    expect(sockets.size).toBe(0);
  });

  it("closes a connection whose check ends after the transport was closed", async () => {
    let finish = () => {};
    const { node, sockets, requests } = await startServer((_incoming, outgoing) => json(outgoing, {}));
    const transport = open({
      verify: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    const work = failureOf(transport.send(get(node), never()));
    await expect.poll(() => sockets.size).toBe(1);
    await transport.close();
    finish();
    await work;
    await expect.poll(() => sockets.size).toBe(0);
    expect(requests).toEqual([]);
  });
});
