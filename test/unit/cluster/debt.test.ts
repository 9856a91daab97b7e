import { describe, expect, it } from "vitest";
import { type Debt, DebtLedger, knownSince, parseDebt } from "../../../src/cluster/debt.ts";
import { encodeStamp } from "../../../src/routing/stamp.ts";

const debt = (more: Partial<Debt> = {}): Debt => ({
  index: "movies",
  shard: 3,
  node: "a",
  ids: ["x"],
  stamp: "s",
  ...more,
});

describe("DebtLedger", () => {
  it("tells which replica of which shard and index owes", () => {
    const ledger = new DebtLedger();
    expect(ledger.owes("movies", "a", 3)).toBe(false);
    ledger.add([debt()]);
    expect(ledger.owes("movies", "a", 3)).toBe(true);
    for (const [index, node, shard] of [
      ["movies2", "a", 3],
      ["movies", "b", 3],
      ["movies", "a", 13],
    ] as const) {
      expect(ledger.owes(index, node, shard)).toBe(false);
    }
  });

  it("tells whether a replica owes one of some documents", () => {
    const ledger = new DebtLedger();
    ledger.add([debt(), debt({ shard: 4, ids: "all" })]);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["y", "x"])).toBe(true);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["y"])).toBe(false);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, "all")).toBe(true);
    expect(ledger.owesAny("movies", { node: "a", shard: 4 }, ["anything"])).toBe(true);
    expect(ledger.owesAny("movies", { node: "a", shard: 5 }, "all")).toBe(false);
  });

  it("keeps every debt, in order", () => {
    const ledger = new DebtLedger();
    const debts = [debt({ stamp: "1" }), debt({ stamp: "2" }), debt({ node: "b" })];
    ledger.add(debts);
    expect(ledger.list()).toEqual(debts);
  });

  it("forgets the debts of one index and of no other that begins alike", () => {
    const ledger = new DebtLedger();
    ledger.add([debt(), debt({ index: "movies2" }), debt({ index: "movies__g2" })]);
    ledger.dropIndex("movies");
    expect(ledger.list().map(({ index }) => index)).toEqual(["movies2", "movies__g2"]);
  });

  it("takes a doubt for a debt until it is released, for writes but not for reads", () => {
    const ledger = new DebtLedger();
    const release = ledger.doubt([debt({ ids: ["x"] })]);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["x"])).toBe(true);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, "all")).toBe(true);
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["y"])).toBe(false);
    expect(ledger.owesAny("movies", { node: "b", shard: 3 }, ["x"])).toBe(false);
    expect(ledger.owesAny("other", { node: "a", shard: 3 }, ["x"])).toBe(false);
    expect(ledger.owes("movies", "a", 3)).toBe(false);
    expect(ledger.list()).toEqual([]);
    release();
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["x"])).toBe(false);
  });

  it("releases its own doubt and nobody else's", () => {
    const ledger = new DebtLedger();
    const release = ledger.doubt([debt()]);
    ledger.doubt([debt()]);
    release();
    expect(ledger.owesAny("movies", { node: "a", shard: 3 }, ["x"])).toBe(true);
  });

  it("refuses records that are no debts", () => {
    expect(parseDebt({ ...debt(), more: 1 })).toEqual(debt());
    for (const broken of [null, {}, debt({ shard: -1 }), { ...debt(), ids: "some" }]) {
      expect(() => parseDebt(broken)).toThrow();
    }
  });
});

describe("knownSince()", () => {
  const stamp = encodeStamp({ timeMs: 1_700_000_000_000, sequence: 0, derived: false, writer: 1 });

  it("is the time of the write that was missed", () => {
    expect(knownSince(debt({ stamp }))).toBe(1_700_000_000_000);
  });

  it("is the time at which a debt was found that the writer did not know of, whatever the stamp says", () => {
    for (const foundAt of [1_600_000_000_000, 1_800_000_000_000]) {
      const found = parseDebt(JSON.parse(JSON.stringify(debt({ stamp, foundAt }))));
      expect(knownSince(found)).toBe(foundAt);
    }
  });
});
