import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The command line of this tree, as it was built before the tests began. */
export const PROGRAM = fileURLToPath(new URL("../../.built/cli.js", import.meta.url));

/** How the command line is started. */
export interface CliOptions {
  /** @default an empty folder that the test leaves behind for nobody */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a finished command left. */
export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is deleted when the test ends. */
export async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "miroir-cli-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Starts `miroir` as its own process, with nothing of this process's configuration. */
export async function startCli(args: readonly string[], { cwd, env }: CliOptions = {}) {
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd: cwd ?? (await emptyFolder()),
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `miroir` to its end. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const child = await startCli(args, options);
  const exit = once(child, "exit");
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
