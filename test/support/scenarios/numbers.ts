import { describe, expect, it } from "vitest";
import type { Environment } from "../environment.ts";
import { storedTexts } from "../stored-texts.ts";

/** Numbers as real servers store them; embedded nodes read JSON numbers as JavaScript does. */
export function numberScenarios({ name, open }: Environment): void {
  describe(`numbers over ${name}`, () => {
    it("keeps the text of numbers above 2^53, ids included", async () => {
      const cluster = await open();
      const index = cluster.client.index("scenario_numbers");
      const text = '[{"id":9007199254740993,"price":12345678901234567890}]';
      expect((await index.addDocumentsFromString(text, "application/json").waitTask()).error).toBeNull();
      const stored = await storedTexts(cluster, "scenario_numbers", "9007199254740993");
      expect(stored).toHaveLength(2);
      for (const each of stored) {
        expect(each).toContain('"id":9007199254740993');
        expect(each).toContain('"price":12345678901234567890');
      }
      await expect(index.getDocument("9007199254740993")).resolves.toBeDefined();
    });
  });
}
