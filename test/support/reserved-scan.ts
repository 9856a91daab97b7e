import type { Meilisearch } from "meilisearch";
import type { MiroirClient } from "../../src/index.ts";

const VERBS = ["get", "post", "put", "patch", "delete"] as const;

/** Throws when a value holds a trace of miroir's own fields anywhere, keys included. */
export function refuseReservedTraces(value: unknown, where: string): void {
  const text = JSON.stringify(value) ?? "";
  const at = text.indexOf("_miroir_");
  if (at >= 0) throw new Error(`${where} shows a reserved field: …${text.slice(Math.max(0, at - 60), at + 60)}…`);
}

/** Scans every answer and every error of a client, and of each index made from it, for miroir's own fields. */
export function scanEveryAnswer<T extends MiroirClient>(client: T): T {
  scanRequests(client.httpRequest);
  const makeIndex = client.index.bind(client);
  client.index = (uid) => {
    const index = makeIndex<Record<string, unknown>>(uid);
    scanRequests(index.httpRequest);
    return index as never;
  };
  return client;
}

function scanRequests(httpRequest: Meilisearch["httpRequest"]): void {
  for (const verb of VERBS) {
    const send = httpRequest[verb].bind(httpRequest) as (options: { path: string }) => Promise<unknown>;
    const value = async (options: { path: string }) => {
      const where = `${verb} ${options.path}`;
      const answer = await send(options).catch((error: Error) => {
        refuseReservedTraces({ message: error.message, cause: error.cause }, `The error of ${where}`);
        throw error;
      });
      refuseReservedTraces(answer, `The answer of ${where}`);
      return answer;
    };
    Object.defineProperty(httpRequest, verb, { value, configurable: true });
  }
}
