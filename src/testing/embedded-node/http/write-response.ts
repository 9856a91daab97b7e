import type { ServerResponse } from "node:http";
import type { EmbeddedResponse } from "./message.ts";

/** Writes an answer in one piece, so that it does not wait for an acknowledgement in between. */
export function writeResponse(outgoing: ServerResponse, response: EmbeddedResponse): void {
  const body = Buffer.from(response.body);
  outgoing.writeHead(response.status, { ...response.headers, "content-length": body.byteLength });
  outgoing.end(body);
}
