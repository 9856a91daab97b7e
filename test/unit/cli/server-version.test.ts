import { describe, expect, it } from "vitest";
import { isSupportedVersion, OLDEST_SERVER } from "../../../src/execute/server-version.ts";
import { metaOf } from "../../../src/index.ts";
import { serverOfVersion } from "../../cli/clusters.ts";
import { clientsOver, configOf, startNodes } from "../../support/cluster.ts";

describe("the version of a server", () => {
  it.each([
    [OLDEST_SERVER, true],
    ["1.50.1", true],
    ["1.51.0-rc.2", true],
    ["2.0.0", true],
    ["1.49.9", false],
    ["1.9.0", false],
    ["0.30.5", false],
    ["prototype-of-somebody", true],
  ])("%s is supported: %s", (version, isSupported) => {
    expect(isSupportedVersion(version)).toBe(isSupported);
  });
});

describe("a client whose servers run other versions", () => {
  it("refuses one that is too old before anything is written, and names it", async () => {
    const nodes = await startNodes(3);
    const urls = nodes.map(({ url }) => url);
    const old = await serverOfVersion(urls[1] ?? "", "1.49.0");
    const { client, directs } = clientsOver(configOf([urls[0] ?? "", old, urls[2] ?? ""]));
    await expect(client.createIndex("movies")).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: `Node \`node-1\` (${old}) runs Meilisearch 1.49.0. Upgrade it to ${OLDEST_SERVER} or newer.`,
    });
    expect((await directs[0]?.getRawIndexes())?.total).toBe(0);
  });

  it("uses newer ones that differ, and says so with the version", async () => {
    const [first, second] = await startNodes(2);
    const newer = await serverOfVersion(second?.url ?? "", "1.51.0");
    const { client } = clientsOver(configOf([first?.url ?? "", newer]));
    const version = await client.getVersion();
    expect(version.pkgVersion).toBe("1.50.0");
    expect(metaOf(version)?.reasons).toEqual(["The nodes run different versions: 1.50.0, 1.51.0."]);
  });
});
