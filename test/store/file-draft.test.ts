import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startDraft } from "../../src/store/local/file-draft.ts";
import { takeTurn } from "../../src/store/local/file-turn.ts";
import { systemClock } from "../../src/util/clock.ts";

let path: string;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "miroir-draft-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  path = join(folder, "file");
  await writeFile(path, "before");
});

describe("a draft of a file", () => {
  it("takes the file's place, readable by its owner only", async () => {
    const draft = await startDraft(path);
    expect(await draft.publish("after")).toBe(true);
    await draft.settle();
    await draft.discard();
    expect(await readFile(path, "utf8")).toBe("after");
    expect(await readdir(join(path, ".."))).toEqual(["file"]);
  });

  it("cannot be published once another was started, whichever is ready first", async () => {
    const [sleeper, other] = [await startDraft(path), await startDraft(path)];
    expect(await sleeper.publish("made from an old text")).toBe(false);
    expect(await other.publish("after")).toBe(true);
    await Promise.all([sleeper.discard(), other.discard()]);
    expect(await readFile(path, "utf8")).toBe("after");
  });

  it("leaves files alone that are no drafts of its file", async () => {
    await writeFile(`${path}.1-notes.tmp`, "mine");
    await writeFile(`${path}2.1-00000000-0000-4000-8000-000000000000.tmp`, "of another file");
    await (await startDraft(path)).discard();
    expect(await readdir(join(path, ".."))).toHaveLength(3);
  });
});

describe("a turn at a file", () => {
  const never = new AbortController().signal;

  it("is taken from a process that has ended, at once", async () => {
    const owner = { pid: 2 ** 22 + 1, host: (await import("node:os")).hostname(), nonce: "dead" };
    await writeFile(path, JSON.stringify(owner));
    const end = await takeTurn(path, { ...systemClock, monotonic: () => 0 }, never);
    await end();
    await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is taken from an owner that nobody knows, after a while", async () => {
    await writeFile(path, "");
    let now = 0;
    const clock = {
      ...systemClock,
      monotonic: () => now,
      sleep: async () => {
        now += 400;
      },
    };
    await (await takeTurn(path, clock, never))();
    expect(now).toBeGreaterThan(1000);
  });

  it("that was taken away is not ended for its new owner", async () => {
    const end = await takeTurn(path.concat(".lock"), systemClock, never);
    await writeFile(path.concat(".lock"), "another's");
    await end();
    expect(await readFile(path.concat(".lock"), "utf8")).toBe("another's");
  });
});
