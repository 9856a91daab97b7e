import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { finished, send } from "./node-client.ts";

const MAIN = fileURLToPath(new URL("../../../../src/testing/embedded-node/main.ts", import.meta.url));
const WRITERS = 4;

/** Acknowledgements after which the node is killed, once per life. */
const KILLED_AFTER = [25, 60, 90];

interface RunningNode {
  readonly child: ChildProcess;
  readonly url: string;
}

describe("an embedded node in a process of its own", () => {
  const children: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), "embedded-node-"));

  async function start(...args: string[]): Promise<RunningNode> {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, "--master-key", "key", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const end = once(child, "exit").then(() => Promise.reject(new Error("the node ended before it listened")));
    const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), end])) as [string];
    return { child, url: (JSON.parse(line) as { url: string }).url };
  }

  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("says where it listens, and ends when told to", async () => {
    const { child, url } = await start();
    const exit = once(child, "exit");
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "available" });
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });

  it("has every acknowledged write after SIGKILLs in the middle of writes", { timeout: 60_000 }, async () => {
    const dataFile = join(folder, "node.ndjson");
    const acknowledged = new Map<number, number>();
    for (const target of KILLED_AFTER) {
      const node = await start("--data", dataFile, "--task-delay-ms", "3");
      const cutOff = await writeUntilKilled(node, acknowledged, target);
      expect(node.child.signalCode).toBe("SIGKILL");
      expect(cutOff, "writes without an answer").toBeGreaterThan(0);
    }
    const node = await start("--data", dataFile);
    const tasks = await Promise.all([...acknowledged.values()].map((uid) => finished(node, uid)));
    expect(tasks.filter(({ status }) => status !== "succeeded")).toEqual([]);
    const { body } = await send(node, "GET /indexes/movies/documents?limit=1000&fields=id");
    const present = new Set((body.results as { id: number }[]).map(({ id }) => id));
    expect(acknowledged.size).toBeGreaterThanOrEqual(90);
    expect([...acknowledged.keys()].filter((id) => !present.has(id))).toEqual([]);
  });
});

/** Adds documents, several at a time, and kills the node at a number of acknowledgements; answers how many writes got no answer. */
async function writeUntilKilled(
  { child, url }: RunningNode,
  acknowledged: Map<number, number>,
  target: number,
): Promise<number> {
  const exit = once(child, "exit");
  let cutOff = 0;
  let nextId = target * 1000;
  const write = async (): Promise<void> => {
    for (;;) {
      const id = nextId++;
      const answer = await send({ url }, "POST /indexes/movies/documents", [{ id, title: `movie ${id}` }]).catch(
        () => undefined,
      );
      if (answer === undefined) {
        cutOff += 1;
        return;
      }
      expect(answer.status).toBe(202);
      acknowledged.set(id, answer.body.taskUid);
      if (acknowledged.size === target) child.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await exit;
  return cutOff;
}
