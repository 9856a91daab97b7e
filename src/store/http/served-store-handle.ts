import type { StateStore } from "../state-store.ts";

/** Options of `serveStore()`. */
export interface ServeStoreOptions {
  /** The store that others shall reach; it is not closed with the server. */
  readonly store: StateStore;
  /** TCP port; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** Bearer token that every request must carry. Without one only this machine is served. */
  readonly token?: string;
  /** Largest body of a request, in bytes. @default 16777216 */
  readonly maxBodyBytes?: number;
  /** Time that requests under way get to end when the server closes, in milliseconds. @default 5000 */
  readonly graceMs?: number;
}

/** A store that is served. */
export interface ServedStoreHandle {
  readonly url: string;
  /** Takes no new requests, lets those under way end, then cuts the connections. */
  close(): Promise<void>;
}
