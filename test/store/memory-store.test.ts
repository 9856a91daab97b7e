import { describe } from "vitest";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { conforms } from "./conforms.ts";
import { ShiftingClock } from "./shifting-clock.ts";

describe("the store in memory", () => {
  conforms({
    abilities: ["moveClock", "backup", "restore"],
    start: async () => {
      const clock = new ShiftingClock();
      const memory = memoryStore({ clock });
      let copy: unknown;
      return {
        open: async () => memory.open(),
        moveClock: async (ms) => clock.move(ms),
        backup: async () => {
          copy = memory.backup();
        },
        restore: async () => memory.restore(copy),
        dispose: async () => {},
      };
    },
  });
});
