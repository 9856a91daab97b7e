import { copyFile, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileStore } from "../../src/store/local/file-store.ts";
import type { StateStore } from "../../src/store/state-store.ts";
import { conforms } from "./conforms.ts";
import { sharedByProcesses } from "./process-cases.ts";
import { ShiftingClock } from "./shifting-clock.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("the store in a file", () => {
  conforms({
    abilities: ["moveClock", "backup", "restore"],
    start: async () => {
      const clock = new ShiftingClock();
      const folder = await emptyFolder();
      const [path, copy] = [join(folder, "store.json"), join(folder, "copy")];
      const opened: StateStore[] = [];
      return {
        async open() {
          const store = await fileStore(`file:${path}`, { clock });
          opened.push(store);
          return store;
        },
        moveClock: async (ms) => clock.move(ms),
        backup: () => copyFile(path, copy),
        restore: () => rename(copy, path),
        dispose: async () => {
          await Promise.all(opened.map((store) => store.close()));
        },
      };
    },
  });

  it("is readable by its owner only, and leaves no other file behind", async () => {
    const folder = await emptyFolder();
    const store = await fileStore(`file:${join(folder, "store.json")}`);
    await store.put("key", 1);
    await store.close();
    expect((await stat(join(folder, "store.json"))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["store.json"]);
  });

  it("never overwrites a file that is no store", async () => {
    const path = join(await emptyFolder(), "miroir.json");
    await writeFile(path, '{"version":1,"nodes":[]}');
    const store = await fileStore(`file:${path}`);
    await expect(store.put("key", 1)).rejects.toMatchObject({ code: "miroir_invalid_config" });
    expect((await stat(path)).size).toBe(24);
  });

  it("refuses an address in a folder that does not exist", async () => {
    const address = `file:${join(await emptyFolder(), "missing", "store.json")}`;
    await expect(fileStore(address)).rejects.toMatchObject({ code: "miroir_invalid_config" });
  });

  it("lets each of many have its turn", { timeout: 30_000 }, async () => {
    const address = `file:${join(await emptyFolder(), "store.json")}`;
    const stores = await Promise.all(Array.from({ length: 40 }, () => fileStore(address)));
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    await Promise.all(
      stores.map(async (store, own) => {
        for (let round = 0; round < 3; round++) await store.put(`key/${own}/${round}`, round);
      }),
    );
    expect(await stores[0]?.list("key/")).toHaveLength(120);
  });

  it("begins a new incarnation when its file was deleted", async () => {
    const path = join(await emptyFolder(), "store.json");
    const store = await fileStore(`file:${path}`);
    const before = await store.status();
    await rm(path);
    const after = await store.status();
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.revision).toBe(0);
  });
});

describe("the store in a file, shared by processes", () => {
  sharedByProcesses(async () => `file:${join(await emptyFolder(), "store.json")}`);
});
