import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import process from "node:process";
import { z } from "zod";
import type { Clock } from "../../util/clock.ts";

/**
 * Longest pause before the second try, and before any, in milliseconds; each pause is a random part. It grows with every
 * try: a hundred who look every few milliseconds would keep the one whose turn it is from its work.
 */
const RETRY_MS = 10;
const LONGEST_RETRY_MS = 50;

/** Time after which a turn is taken from an owner that may live, because nobody needs so long for one. */
const PATIENCE_MS = 1000;

const ownerSchema = z.object({ pid: z.number().int().positive(), host: z.string(), nonce: z.string() });

type Owner = z.infer<typeof ownerSchema>;

/**
 * Waits for this process's turn among those of the machine and answers how to end it: a lock file that names its owner.
 * One whose process has ended is deleted at once, any other after a while, so that a process which is stopped in its turn
 * blocks nobody. Two may thus have a turn at the same time; the turn only keeps writers out of each other's way, and
 * {@link startDraft} keeps them from harm.
 */
export async function takeTurn(path: string, clock: Clock, signal: AbortSignal): Promise<() => Promise<void>> {
  const self: Owner = { pid: process.pid, host: hostname(), nonce: crypto.randomUUID() };
  let [seen, since]: [string | undefined, number] = [undefined, 0];
  for (let tries = 1; !(await isCreated(path, JSON.stringify(self))); tries++) {
    const text = await textOf(path);
    if (text !== seen) [seen, since] = [text, clock.monotonic()];
    const isStale = text !== undefined && (hasEnded(text) || clock.monotonic() - since > PATIENCE_MS);
    if (isStale) await rm(path, { force: true });
    else await clock.sleep(Math.random() * Math.min(tries * RETRY_MS, LONGEST_RETRY_MS), signal);
  }
  return async () => {
    if ((await textOf(path)) === JSON.stringify(self)) await rm(path, { force: true });
  };
}

async function isCreated(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the owner is a process of this machine that does not run any more. */
function hasEnded(text: string): boolean {
  const owner = parseOwner(text);
  if (owner === undefined || owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    // EPERM: the process runs, for another user.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Undefined for a lock whose owner was killed before it had put its name in. */
function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
