import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What the guard runs: when its standard input ends, which also happens when the parent is killed, it kills the processes
 * of the last line it was sent and removes the directory. It is given as text because it must run from any build.
 */
const SCRIPT = `
  const { rmSync } = require("node:fs");
  let text = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => { text = (text + chunk).split("\\n").slice(-2).join("\\n"); });
  process.stdin.on("end", () => {
    for (const pid of JSON.parse(text.split("\\n")[0])) try { process.kill(pid, "SIGKILL"); } catch {}
    rmSync(process.argv[1], { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
`;

/** A small process beside the servers that ends them, and removes their data, once this process is gone for any reason. */
export class ProcessGuard {
  /** Temporary directory of the servers' data; removed with them. */
  readonly directory = mkdtempSync(join(tmpdir(), "miroir-nodes-"));
  readonly #child: ChildProcess;
  readonly #pids = new Set<number>();

  constructor() {
    // A group of its own: Ctrl-C in the terminal must not end the guard before its work.
    this.#child = spawn(process.execPath, ["-e", SCRIPT, this.directory], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    // A guard that was killed cannot be told anything; the servers still end with `close()` of the cluster.
    this.#child.stdin?.on("error", () => undefined);
    this.#tell();
  }

  /** @throws Error once the guard was closed: a server started now would outlive this process */
  requireOpen(): void {
    if (this.#child.stdin?.writableEnded === true) throw new Error("The test cluster was closed. Start another one.");
  }

  /** A process to end. */
  watch(pid: number): void {
    this.#pids.add(pid);
    this.#tell();
  }

  /** A process that has ended: its number may be another's soon. */
  forget(pid: number): void {
    this.#pids.delete(pid);
    this.#tell();
  }

  /** Lets the guard do its work now. */
  async close(): Promise<void> {
    const { exitCode, signalCode, stdin } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#child, "exit");
    stdin?.end();
    await exit;
  }

  #tell(): void {
    this.#child.stdin?.write(`${JSON.stringify([...this.#pids])}\n`);
  }
}
