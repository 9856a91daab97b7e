import { createServer, type IncomingHttpHeaders, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A proxy in front of a server. */
export interface Gate {
  readonly url: string;
  /** Headers of every request that it let pass. */
  readonly passed: IncomingHttpHeaders[];
  /** Requests that it turned away. */
  readonly refused: string[];
}

/** Puts a proxy in front of a server that lets only those pass who send `x-pass`; it ends with the test. */
export async function startGate(server: { readonly url: string }, pass: string): Promise<Gate> {
  const gate = { passed: [] as IncomingHttpHeaders[], refused: [] as string[] };
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (headers["x-pass"] !== pass) {
      gate.refused.push(`${method} ${url}`);
      outgoing.writeHead(407, { "content-type": "text/html" }).end("<h1>Who are you?</h1>");
      return;
    }
    gate.passed.push(headers);
    const forwarded = send(new URL(url ?? "/", server.url), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { ...gate, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}
