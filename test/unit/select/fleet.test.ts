import { describe, expect, it } from "vitest";
import { Fleet } from "../../../src/select/fleet.ts";

const standingOf = (fleet: Fleet, id: string, nowMs: number, nodes = ["a", "b", "c"]) =>
  fleet.standings(nodes, "search", nowMs).find((standing) => standing.id === id);

describe("Fleet", () => {
  it("expects of an unknown node what the median one does", () => {
    const fleet = new Fleet();
    expect(standingOf(fleet, "c", 0)?.latencyMs).toBe(0);
    fleet.depart("a", "search", 0).end("measured", 10);
    fleet.depart("b", "search", 0).end("measured", 30);
    expect(standingOf(fleet, "c", 30)?.latencyMs).toBe(10);
  });

  it("keeps classes of requests apart", () => {
    const fleet = new Fleet();
    fleet.depart("a", "documents", 0).end("measured", 900);
    fleet.depart("a", "search", 900).end("measured", 905);
    expect(standingOf(fleet, "a", 905)?.latencyMs).toBe(5);
  });

  it("learns nothing from requests that did not measure the node, and only the worse from those given up", () => {
    const fleet = new Fleet();
    fleet.depart("a", "search", 0).end("measured", 100);
    fleet.depart("a", "search", 100).end("void", 101);
    fleet.depart("a", "search", 100).end("censored", 110);
    expect(standingOf(fleet, "a", 110)?.latencyMs).toBeCloseTo(100, 0);
    fleet.depart("a", "search", 0).end("censored", 500);
    expect(standingOf(fleet, "a", 500)?.latencyMs).toBeGreaterThan(250);
  });

  it("counts what is under way, and spares a node with an overdue request until it ends", () => {
    const fleet = new Fleet();
    const flights = [fleet.depart("a", "search", 0), fleet.depart("a", "documents", 0)];
    expect(standingOf(fleet, "a", 0)).toMatchObject({ inFlight: 2, isSpared: false });
    flights[0]?.overdue();
    flights[0]?.overdue();
    expect([standingOf(fleet, "a", 1)?.isSpared, fleet.isStrained("a", 1), fleet.inFlight("a")]).toEqual([
      true,
      true,
      2,
    ]);
    for (const flight of flights) flight.end("measured", 2);
    expect([standingOf(fleet, "a", 2)?.isSpared, fleet.isStrained("a", 2), fleet.inFlight("a")]).toEqual([
      false,
      false,
      0,
    ]);
  });

  it("spares an overloaded node for as long as it asked, or a second", () => {
    const fleet = new Fleet();
    fleet.overloaded("a", { nowMs: 0, retryAfterMs: 3000 });
    fleet.overloaded("a", { nowMs: 10, retryAfterMs: 5 });
    fleet.overloaded("b", { nowMs: 0 });
    expect([0, 999, 1000, 2999, 3000].map((nowMs) => fleet.isStrained("a", nowMs))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([0, 999, 1000].map((nowMs) => fleet.isStrained("b", nowMs))).toEqual([true, true, false]);
  });

  it("goes back to the median for a node that was not asked for long, and tries it with one request at a time", () => {
    const fleet = new Fleet();
    fleet.depart("a", "search", 0).end("measured", 1000);
    for (const node of ["b", "c"]) fleet.depart(node, "search", 60_000).end("measured", 60_004);
    const later = standingOf(fleet, "a", 61_000);
    expect(later?.latencyMs).toBeLessThan(15);
    expect(later?.isSpared).toBe(false);
    fleet.depart("a", "search", 61_000);
    expect(standingOf(fleet, "a", 61_000)?.isSpared).toBe(true);
  });

  it("knows no quantile of less than twenty answers, nor of answers that are more than a minute old", () => {
    const fleet = new Fleet();
    const quantile = (nowMs: number) => fleet.quantile(0.95, { node: "a", operation: "search", nowMs });
    for (let times = 0; times < 19; times++) fleet.depart("a", "search", 0).end("measured", 8);
    expect(quantile(8)).toBeUndefined();
    fleet.depart("a", "search", 0).end("measured", 8);
    expect(quantile(8)).toBeCloseTo(8, 0);
    expect(quantile(49_000)).toBeCloseTo(8, 0);
    expect(quantile(75_000)).toBeUndefined();
  });
});
