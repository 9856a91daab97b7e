import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What a program left. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript program of the repository to its end, on embedded nodes. */
export async function runProgram(path: string, ...args: string[]): Promise<Outcome> {
  const { MEILISEARCH_URLS: _urls, MEILISEARCH_BIN: _binary, ...environment } = process.env;
  const program = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    env: { ...environment, PATH: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit") as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
