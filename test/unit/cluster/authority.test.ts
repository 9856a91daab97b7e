import { describe, expect, it } from "vitest";
import { authoritiesFor } from "../../../src/cluster/authority.ts";
import type { Debt } from "../../../src/cluster/debt.ts";

const OWNERS = ["a", "b", "c"];
const debt = (node: string, stamp: string, ids: Debt["ids"] = ["x"]): Debt => ({
  index: "i",
  shard: 0,
  node,
  ids,
  stamp,
});

describe("whose word counts for a document", () => {
  it("is everybody's when nobody owes it", () => {
    expect(authoritiesFor("x", OWNERS, [debt("a", "1", ["y"])])).toEqual(OWNERS);
  });

  it("is that of those who do not owe its latest write", () => {
    expect(authoritiesFor("x", OWNERS, [debt("a", "1"), debt("b", "2"), debt("c", "2")])).toEqual(["a"]);
    expect(authoritiesFor("x", OWNERS, [debt("b", "2", "all")])).toEqual(["a", "c"]);
  });

  it("is not decided by a write that all of them owe", () => {
    const everybody = OWNERS.map((node) => debt(node, "9"));
    expect(authoritiesFor("x", OWNERS, [...everybody, debt("b", "1")])).toEqual(["a", "c"]);
    expect(authoritiesFor("x", OWNERS, everybody)).toEqual(OWNERS);
  });

  it("goes back to the latest write that somebody has", () => {
    const debts = [debt("a", "1"), debt("a", "2"), debt("b", "2"), ...OWNERS.map((node) => debt(node, "3"))];
    expect(authoritiesFor("x", OWNERS, debts)).toEqual(["c"]);
  });

  it("is not that of one that owes an earlier write, unless the later was of the document by name", () => {
    const later = (ids: Debt["ids"]) => [debt("a", "1"), debt("b", "2", ids), debt("c", "2", ids)];
    expect(authoritiesFor("x", OWNERS, later(["x"]))).toEqual(["a"]);
    expect(authoritiesFor("x", OWNERS, later("all"))).toEqual(["b", "c"]);
    expect(authoritiesFor("x", OWNERS, [...later("all"), debt("a", "3", "all")])).toEqual(["b", "c"]);
  });

  it("does not suffer from an earlier write that all of them owe", () => {
    const everybody = OWNERS.map((node) => debt(node, "1"));
    expect(authoritiesFor("x", OWNERS, [...everybody, debt("b", "2", "all")])).toEqual(["a", "c"]);
  });

  it("is that of one that has an acknowledged write, rather than a later one whose caller was told that it failed", () => {
    const failed = ["a", "c"].map((node): Debt => ({ ...debt(node, "2"), isUnacknowledged: true }));
    expect(authoritiesFor("x", OWNERS, failed)).toEqual(["b"]);
    expect(authoritiesFor("x", OWNERS, [debt("a", "1"), debt("b", "1"), ...failed])).toEqual(["c"]);
  });

  it("is not that of one that lost its data since, though nobody wrote down that it owes what it had", () => {
    const lost: Debt = { ...debt("a", "2", "all"), isLoss: true };
    expect(authoritiesFor("x", ["a", "b"], [debt("b", "1"), lost])).toEqual(["b"]);
    expect(authoritiesFor("x", OWNERS, [debt("b", "1"), debt("c", "3", "all"), lost])).toEqual(["c"]);
  });
});
