import { MiroirError } from "../../core/errors.ts";
import { PendingWrites } from "./pending-writes.ts";
import { decodeToken, encodeToken, invalid } from "./session-token.ts";

/** How a session of `client.session()` is kept. */
export interface ReadYourWritesOptions {
  /** `session.token` of a session to go on with, from this process or another. @default a new session */
  readonly token?: string;
  /**
   * What a read waits for. `wait`: until every replica has applied the session's writes of the index, or is known to have
   * missed them and left aside. `pin`: until one replica of each shard has applied them; the read is kept to such replicas.
   * @default "wait"
   */
  readonly mode?: "wait" | "pin";
  /** Longest wait of one call in milliseconds; never longer than four fifths of the call's own time. @default 5000 */
  readonly timeoutMs?: number;
  /**
   * What happens when that is not enough: the error `miroir_session_timeout`, or an answer that may lack the writes,
   * which `metaOf(answer)` says. @default "error"
   */
  readonly onTimeout?: "error" | "stale";
}

const DEFAULTS = { mode: "wait", timeoutMs: 5000, onTimeout: "error" } as const;

/** Values of the options that have a few. */
const CHOICES = { mode: ["wait", "pin"], onTimeout: ["error", "stale"] } as const;

/**
 * A session that reads its own writes: it notes every write that is made through `client.with({ session })`, and reads
 * through it see them whatever replica answers. Its `token` carries it to another process.
 */
export class ReadYourWrites {
  /** Options with the defaults filled in. */
  readonly options: Required<Omit<ReadYourWritesOptions, "token">>;
  /** The writes that reads may not see yet: kept by the client. */
  readonly pending: PendingWrites;
  #clusterId: string | undefined;

  /** @throws MiroirError `miroir_invalid_session` or `miroir_invalid_config`, naming the field */
  constructor({ token, ...options }: ReadYourWritesOptions = {}) {
    const state = token === undefined ? undefined : decodeToken(token);
    this.options = { ...DEFAULTS, ...options };
    checkOptions(this.options);
    this.pending = new PendingWrites(state?.writes);
    this.#clusterId = state?.clusterId;
  }

  /** The session as text: what is left of its writes. Short when they have been seen, about 150 bytes for each that has not. */
  get token(): string {
    const writes = this.pending.list().map(({ left }) => left);
    return encodeToken({ ...(this.#clusterId !== undefined && { clusterId: this.#clusterId }), writes });
  }

  /**
   * Ties the session to the cluster that its first call goes to.
   * @throws MiroirError `miroir_invalid_session` for another one
   */
  join(clusterId: string): void {
    this.#clusterId ??= clusterId;
    if (this.#clusterId === clusterId) return;
    throw invalid(".clusterId", `is \`${this.#clusterId}\`, and this client's cluster is \`${clusterId}\``);
  }
}

function checkOptions(options: ReadYourWrites["options"]): void {
  for (const name of ["mode", "onTimeout"] as const) {
    const allowed: readonly string[] = CHOICES[name];
    if (!allowed.includes(options[name])) {
      throw refused(name, options[name], allowed.map((choice) => `"${choice}"`).join(" or "));
    }
  }
  const { timeoutMs } = options;
  if (!Number.isFinite(timeoutMs) || timeoutMs < 0) throw refused("timeoutMs", timeoutMs, "milliseconds, 0 or more");
}

function refused(name: string, value: unknown, remedy: string): MiroirError {
  const message = `\`session.${name}\` is ${JSON.stringify(value)}. Give ${remedy}.`;
  return new MiroirError("miroir_invalid_config", message);
}
