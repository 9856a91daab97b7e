import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const PROGRAM = fileURLToPath(new URL("./work-on-store.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

/** A process at work, and what it has said so far. */
export interface Worker {
  readonly child: ChildProcess;
  readonly said: readonly Record<string, unknown>[];
  /** Resolves when it has said so many lines. */
  hasSaid(lines: number): Promise<void>;
  /** Resolves when it has ended and all it said was read. */
  readonly ended: Promise<void>;
}

/** Starts a process that works on a store; it is killed at the end of the test. */
export function startWorker(...args: readonly string[]): Worker {
  const child = spawn(process.execPath, ["--import", TSX, PROGRAM, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said: Record<string, unknown>[] = [];
  const lines = createInterface(child.stdout);
  let wake = () => {};
  lines.on("line", (line) => {
    said.push(JSON.parse(line) as Record<string, unknown>);
    wake();
  });
  const ended = Promise.all([once(child, "exit"), once(lines, "close")]).then(() => wake());
  return {
    child,
    said,
    async hasSaid(count) {
      while (said.length < count) {
        if (child.exitCode !== null) throw new Error(`The process ended after ${said.length} lines.`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    ended,
  };
}
