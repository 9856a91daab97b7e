import { describe, expect, it } from "vitest";
import { wordLogically, wordMessage } from "../../../src/routes/wording.ts";

describe("wordLogically", () => {
  it.each([
    [
      "Available filterable attribute patterns are: `_miroir_*, genre, year`.",
      "Available filterable attribute patterns are: `genre, year`.",
    ],
    [
      "Available filterable attributes patterns are: `_miroir_*`, `genre`.",
      "Available filterable attributes patterns are: `genre`.",
    ],
    [
      "Available filterable attributes patterns are: `genre`, `_miroir_*`.",
      "Available filterable attributes patterns are: `genre`.",
    ],
    ["Available sortable attributes are: `genre, _miroir_version`.", "Available sortable attributes are: `genre`."],
    [
      "Attribute `x` is not filterable. Available filterable attribute patterns are: `_miroir_*`.",
      "Attribute `x` is not filterable. This index does not have configured filterable attributes.",
    ],
  ])("words %s", (message, expected) => {
    expect(wordMessage(message)).toBe(expected);
    expect(wordLogically({ message, code: "c" })).toEqual({ message: expected, code: "c" });
  });

  it("numbers the rules as the user wrote them, without miroir's own in front", () => {
    const words = (first: number) =>
      `Attribute \`a\` is not facet-searchable. Note: this attribute matches rule #${first} in filterableAttributes, but ` +
      `this rule does not enable facetSearch.\nHint: prepend another rule matching a before rule #${first}`;
    expect(wordLogically({ message: words(2) })).toEqual({ message: words(1) });
  });

  it("leaves every other body as it is", () => {
    for (const body of [undefined, null, "text", { message: 7 }, { message: "no `genre, year`." }]) {
      expect(wordLogically(body)).toBe(body);
    }
  });
});
