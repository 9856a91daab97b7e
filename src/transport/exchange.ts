import { Buffer } from "node:buffer";
import type { Dispatcher } from "undici";
import { onAbort } from "../util/abort.ts";

/** A node's answer before anybody has looked into it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; it is the receiver's to change. */
  readonly body: Buffer;
}

/**
 * One request over a connection of the pool, on undici's lowest level: a whole answer needs neither a stream nor a
 * listener for each step. Rejects with the signal's reason as soon as it fires, also while no connection stands.
 */
export function exchange(
  pool: Dispatcher,
  dispatch: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: RawAnswer["headers"] = {};
    let controller: Dispatcher.DispatchController | undefined;
    const forgetSignal = onAbort(signal, () => {
      reject(signal.reason);
      controller?.abort(new Error("given up"));
    });
    pool.dispatch(dispatch, {
      onRequestStart(started) {
        controller = started;
        // Nobody waits any more for what was given up in the queue.
        if (signal.aborted) started.abort(new Error("given up"));
      },
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode;
        headers = flat(answered);
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        forgetSignal();
        const [only] = chunks;
        resolve({ status, headers, body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        forgetSignal();
        reject(error);
      },
    });
  });
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) texts[name] = typeof value === "string" ? value : value.join(", ");
  }
  return texts;
}
