import { describe, expect, it } from "vitest";
import { checkConfig, type StaticClusterConfig, type TopologyClusterConfig } from "../../../src/client/options.ts";

const messageOf = (config: object): string => {
  try {
    checkConfig(config as StaticClusterConfig | TopologyClusterConfig);
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("checkConfig", () => {
  it.each([
    ["topology", { topology: "postgres://user:very/Secret@host:6379" }],
    ["nodes", { nodes: "http://user:verySecret@host" }],
    ["nodes[0].url", { nodes: ["http://user:verySecret@host:7700"], apiKey: "verySecret" }],
  ])("names %s in its refusal and shows no password", (field, config) => {
    const message = messageOf(config);
    expect(message).toContain(`\`${field}\` is`);
    expect(message).not.toMatch(/very\/?Secret/);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a budget of %d", (readTimeoutMs) => {
    expect(messageOf({ nodes: ["http://a"], readTimeoutMs })).toContain("`readTimeoutMs`");
  });

  it.each([-1, 1.5, Number.NaN])("refuses %d ids as the most that narrow a read, and takes none", (narrowingLimit) => {
    expect(messageOf({ nodes: ["http://a"], narrowingLimit })).toContain("`narrowingLimit` is");
    expect(messageOf({ nodes: ["http://a"], narrowingLimit: 0 })).toBe("");
  });

  it.each(["adaptiveLimits", "coalesceSearches"])("refuses words for `%s`", (name) => {
    expect(messageOf({ nodes: ["http://a"], [name]: "yes" })).toContain(`\`${name}\` is "yes". Give \`true\``);
    expect(messageOf({ nodes: ["http://a"], [name]: true })).toBe("");
  });

  it("refuses a way of sending requests of the application's own, which would not be used", () => {
    expect(messageOf({ nodes: ["http://a"], httpClient: async () => ({}) })).toContain("`httpClient` is");
  });
});
