import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/util/clock.ts";

describe("systemClock", () => {
  it("rejects a sleep with the signal's reason, before or while it sleeps", async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort("before"))).rejects.toBe("before");
    const controller = new AbortController();
    const sleep = systemClock.sleep(60_000, controller.signal);
    controller.abort("while");
    await expect(sleep).rejects.toBe("while");
  });

  it.each([2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
    "does not take a sleep of %d ms, which a timer cannot hold, for no sleep at all",
    async (ms) => {
      const controller = new AbortController();
      const sleep = systemClock.sleep(ms, controller.signal).then(
        () => "woke",
        () => "aborted",
      );
      await systemClock.sleep(20);
      controller.abort();
      expect(await sleep).toBe("aborted");
    },
  );
});
