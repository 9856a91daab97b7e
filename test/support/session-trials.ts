import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { MiroirConfig } from "../../src/index.ts";

/** What a peer process is asked to do. */
export type PeerRequest = { readonly uid: string; readonly id: number; readonly token?: string | undefined } & (
  | { readonly do: "write"; readonly version: number; readonly change: (typeof CHANGES)[number] }
  | { readonly do: "read"; readonly how: (typeof READS)[number]; readonly mode: (typeof MODES)[number] }
);

/** What it says: the version that it read, the session as it is then. */
export interface PeerAnswer {
  readonly version?: number | undefined;
  readonly token?: string;
}

const CHANGES = ["put", "put", "patch", "delete"] as const;
const READS = ["get", "search", "multi", "list"] as const;
const MODES = ["wait", "pin"] as const;

/** Trials side by side, each with a document of its own. */
const LANES = 10;

const PROGRAM = fileURLToPath(new URL("./child/session-peer.ts", import.meta.url));

/** What is tried how often. */
export interface Trials {
  /** An index of these documents: `id`, `lane` (filterable), `version`. */
  readonly uid: string;
  readonly count: number;
  readonly random: () => number;
  /** Whether the reader is handed the session. */
  readonly isWithSession: boolean;
}

/**
 * Writes in one process and reads in another at once, again and again; answers the trials whose read did not show the
 * write before it.
 */
export async function staleReads(config: MiroirConfig, trials: Trials): Promise<string[]> {
  const [writer, reader] = [startPeer(config), startPeer(config)];
  const stale: string[] = [];
  let left = trials.count;
  const lane = async (id: number) => {
    let token: string | undefined;
    for (let version = 1; left > 0; version++) {
      left -= 1;
      const change = version === 1 ? "put" : oneOf(CHANGES, trials.random);
      const how = oneOf(READS, trials.random);
      const mode = oneOf(MODES, trials.random);
      // Now a session of its own, now one that has come a long way between the processes.
      if (trials.random() < 0.3) token = undefined;
      const written = await writer({ do: "write", uid: trials.uid, id, version, change, token });
      token = written.token;
      const read = await reader({
        ...{ do: "read", uid: trials.uid, id, how, mode },
        ...(trials.isWithSession && { token }),
      });
      if (trials.isWithSession) token = read.token;
      const expected = change === "delete" ? undefined : version;
      if (read.version !== expected) stale.push(`${change} ${expected}, ${how} (${mode}) of ${id}: ${read.version}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, id) => lane(id)));
  return stale;
}

function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T;
}

type Peer = (ask: PeerRequest) => Promise<PeerAnswer>;

/** Starts a process with a client of its own, ended with the test. */
function startPeer(config: MiroirConfig): Peer {
  const child = fork(PROGRAM, [JSON.stringify(config)], { execArgv: ["--import", "tsx"] });
  onTestFinished(() => void child.kill());
  const open = new Map<number, { resolve(answer: PeerAnswer): void; reject(reason: Error): void }>();
  child.on("message", ({ number, answer, failure }: { number: number; answer?: PeerAnswer; failure?: string }) => {
    const { resolve, reject } = open.get(number) ?? {};
    open.delete(number);
    if (answer === undefined) reject?.(new Error(failure));
    else resolve?.(answer);
  });
  failWith(child, (reason) => {
    for (const { reject } of open.values()) reject(reason);
  });
  let asked = 0;
  return (ask) =>
    new Promise((resolve, reject) => {
      asked += 1;
      open.set(asked, { resolve, reject });
      child.send({ number: asked, ask });
    });
}

function failWith(child: ChildProcess, fail: (reason: Error) => void): void {
  child.on("error", fail);
  child.on("exit", (code) => fail(new Error(`the process ended with ${code}`)));
}
