import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "../../util/clock.ts";
import { isHealthy } from "./ask-server.ts";
import type { ProcessGuard } from "./process-guard.ts";
import type { TestNode } from "./test-cluster.ts";

/** How a server is run. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly directory: string;
}

/** What a {@link NodeProcess} works with. */
export interface NodeProcessOptions {
  readonly id: string;
  readonly url: string;
  readonly launch: Launch;
  readonly guard: ProcessGuard;
}

/** Longest wait for a server to answer after its start. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const KEPT_OUTPUT = 2000;

/** A server in a process of its own. */
export class NodeProcess implements TestNode {
  readonly id: string;
  readonly url: string;
  readonly #options: NodeProcessOptions;
  #child: ChildProcess | undefined;

  constructor(options: NodeProcessOptions) {
    this.id = options.id;
    this.url = options.url;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** @throws Error with the end of the process's output when it ends, or does not answer in time */
  async restart(): Promise<void> {
    if (this.#child !== undefined) return;
    this.#options.guard.requireOpen();
    const { command, args, environment, directory } = this.#options.launch;
    const child = spawn(command, [...args], {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
    child.once("error", (error) => {
      output += error.message;
      this.#child = undefined;
    });
    this.#adopt(child);
    if (await this.#comesUp(child)) return;
    await this.kill();
    throw new Error(`\`${command}\` does not answer at ${this.url}: ${output.trim() || "no output"}`);
  }

  #adopt(child: ChildProcess): void {
    const { guard } = this.#options;
    const { pid } = child;
    this.#child = child;
    if (pid === undefined) return;
    guard.watch(pid);
    child.once("exit", () => {
      guard.forget(pid);
      if (this.#child === child) this.#child = undefined;
    });
  }

  async #comesUp(child: ChildProcess): Promise<boolean> {
    const startedAt = systemClock.monotonic();
    while (this.#child === child && systemClock.monotonic() - startedAt < START_TIMEOUT_MS) {
      if (await isHealthy(this.url)) return this.#child === child;
      await systemClock.sleep(POLL_MS);
    }
    return false;
  }
}
