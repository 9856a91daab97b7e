import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { openStore } from "../../src/store/open-store.ts";

describe("the store behind an address", () => {
  it("is a new one for memory:", async () => {
    const [one, other] = [await openStore("memory:"), await openStore("memory:")];
    await one.put("key", 1);
    expect(await other.get("key")).toBeUndefined();
  });

  it("is the one that was given, when that is a store already", async () => {
    const store = memoryStore().open();
    expect(await openStore(store)).toBe(store);
  });

  it.each(["etcd://me:secret@host", "./miroir.json", "C:\\secret", ""])(
    "is refused without showing it: %s",
    async (address) => {
      const error = await openStore(address).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "miroir_invalid_config" });
      expect(String(error)).not.toContain("secret");
    },
  );

  it.each(["http://a b", "redis://[", "file://elsewhere/x"])(
    "is refused when it makes no sense: %s",
    async (address) => {
      await expect(openStore(address)).rejects.toMatchObject({ code: "miroir_invalid_config" });
    },
  );
});
