import { describe, expect, it } from "vitest";
import { LearnedWidening } from "../../../src/select/learned-widening.ts";

describe("the learned widening of limits", () => {
  const search = (learned: LearnedWidening, count: number, hadTopUp: boolean) => {
    for (let time = 0; time < count; time++) learned.learn("movies", hadTopUp);
  };

  it("stays away while two searches in a hundred need a top-up", () => {
    const learned = new LearnedWidening();
    for (let round = 0; round < 100; round++) {
      search(learned, 1, true);
      search(learned, 50, false);
    }
    expect(learned.of("movies")).toBe(0);
  });

  it("grows with top-ups beyond that, for that index alone", () => {
    const learned = new LearnedWidening();
    search(learned, 3, true);
    expect(learned.of("movies")).toBe(0);
    search(learned, 5, true);
    expect(learned.of("movies")).toBe(2);
    expect(learned.of("books")).toBe(0);
  });

  it("goes back after many searches without", () => {
    const learned = new LearnedWidening();
    search(learned, 8, true);
    search(learned, 1999, false);
    expect(learned.of("movies")).toBe(2);
    search(learned, 1, false);
    expect(learned.of("movies")).toBe(1);
    search(learned, 10_000, false);
    expect(learned.of("movies")).toBe(0);
  });

  it("remembers a thousand indexes", () => {
    const learned = new LearnedWidening();
    search(learned, 4, true);
    for (let index = 0; index < 999; index++) learned.learn(`index ${index}`, true);
    expect(learned.of("movies")).toBe(1);
    learned.learn("one more", true);
    expect(learned.of("movies")).toBe(0);
  });
});
