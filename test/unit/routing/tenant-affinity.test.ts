import { describe, expect, it } from "vitest";
import { groupsForTenant, rankWithin } from "../../../src/routing/tenant-affinity.ts";

const GROUPS = ["g1", "g2", "g3", "vip"];
const AFFINITY = { groups: { acme: "vip", small: "g2" }, dedicated: ["vip"] };

describe("groupsForTenant", () => {
  it("sends a mapped tenant to its group, and elsewhere only where that cannot answer", () => {
    expect(groupsForTenant(AFFINITY, "acme", GROUPS)).toEqual({ first: "vip", allowed: ["vip", "g1", "g2", "g3"] });
    expect(groupsForTenant(AFFINITY, "small", GROUPS)).toEqual({ first: "g2", allowed: ["g2", "g1", "g3"] });
    expect(groupsForTenant({ ...AFFINITY, failover: false }, "acme", GROUPS)).toEqual({
      first: "vip",
      allowed: ["vip"],
    });
  });

  it("never sends others to a dedicated group, named or not", () => {
    expect(groupsForTenant(AFFINITY, undefined, GROUPS)).toEqual({ first: undefined, allowed: ["g1", "g2", "g3"] });
    for (let number = 0; number < 200; number++) {
      const { first, allowed } = groupsForTenant(AFFINITY, `tenant-${number}`, GROUPS);
      expect([allowed.includes("vip"), allowed[0]]).toEqual([false, first]);
    }
    expect(groupsForTenant({ ...AFFINITY, others: "any" }, "x", GROUPS)).toEqual({
      first: undefined,
      allowed: ["g1", "g2", "g3"],
    });
  });

  it("spreads tenants evenly, and moves no more of them to a new group than it must", () => {
    const tenants = Array.from({ length: 3000 }, (_, number) => `tenant-${number}`);
    const firstOf = (tenant: string, names: readonly string[]) => groupsForTenant({}, tenant, names).first;
    const before = tenants.map((tenant) => firstOf(tenant, ["g1", "g2", "g3"]));
    for (const name of ["g1", "g2", "g3"]) {
      expect(before.filter((first) => first === name).length / tenants.length).toBeCloseTo(1 / 3, 1);
    }
    const moved = tenants.filter((tenant, position) => firstOf(tenant, ["g1", "g2", "g3", "g4"]) !== before[position]);
    expect(moved.every((tenant) => firstOf(tenant, ["g1", "g2", "g3", "g4"]) === "g4")).toBe(true);
    expect(moved.length / tenants.length).toBeLessThan(0.28);
  });

  it("says which field is wrong", () => {
    expect(() => groupsForTenant({ others: "reject" }, "x", GROUPS)).toThrow(/Tenant "x" has no group/);
    expect(groupsForTenant({ others: "reject" }, undefined, GROUPS).allowed).toEqual(GROUPS);
    expect(() => groupsForTenant({ groups: { x: "gone" } }, "x", GROUPS)).toThrow(/`tenants.groups\["x"\]` is "gone"/);
    expect(() => groupsForTenant({ dedicated: GROUPS }, "x", GROUPS)).toThrow(/leaves no group for anybody else/);
    expect(groupsForTenant({ groups: {} }, "toString", GROUPS).allowed).toHaveLength(4);
  });
});

describe("rankWithin", () => {
  const nodes = GROUPS.flatMap((group) => [`${group}-0`, `${group}-1`].map((id) => ({ id, group })));
  const ranking = {
    groups: GROUPS,
    tiers: [
      ["g1-0", "g2-0", "vip-0"],
      ["g1-1", "g2-1", "vip-1"],
    ],
  };

  it("puts all of the tenant's group before everybody else, its slow nodes too", () => {
    expect(rankWithin(ranking, { first: "vip", allowed: ["vip", "g1"] }, nodes)).toEqual({
      groups: ["vip", "g1"],
      tiers: [["vip-0"], ["vip-1"], ["g1-0"], ["g1-1"]],
    });
  });

  it("leaves the ranking as it is among groups that are alike", () => {
    expect(rankWithin(ranking, { first: undefined, allowed: ["g1", "g2"] }, nodes)).toEqual({
      groups: ["g1", "g2"],
      tiers: [
        ["g1-0", "g2-0"],
        ["g1-1", "g2-1"],
      ],
    });
  });
});
