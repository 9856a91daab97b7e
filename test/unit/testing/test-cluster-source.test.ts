import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { chooseSource } from "../../../src/testing/test-cluster/choose-source.ts";

const folder = mkdtempSync(join(tmpdir(), "miroir-path-"));
const PATH = [tmpdir(), folder].join(delimiter);

afterEach(() => rmSync(join(folder, "meilisearch"), { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

function installBinary(mode: number): string {
  const path = join(folder, "meilisearch");
  writeFileSync(path, "");
  chmodSync(path, mode);
  return path;
}

describe("the source of a test cluster", () => {
  it("is MEILISEARCH_URLS before anything else, without blanks and trailing slashes", () => {
    const environment = { MEILISEARCH_URLS: "http://a:1/, http://b:2,", MEILISEARCH_BIN: "/x" };
    expect(chooseSource({}, environment)).toEqual({ kind: "urls", urls: ["http://a:1", "http://b:2"] });
  });

  it("is MEILISEARCH_BIN before a binary on PATH", () => {
    installBinary(0o755);
    expect(chooseSource({}, { MEILISEARCH_BIN: "/x", PATH })).toEqual({ kind: "binary", path: "/x" });
  });

  it("is an executable `meilisearch` on PATH", () => {
    const path = installBinary(0o755);
    expect(chooseSource({}, { PATH })).toEqual({ kind: "binary", path });
  });

  it("is not a file of that name that cannot be run", () => {
    installBinary(0o644);
    expect(chooseSource({}, { PATH })).toEqual({ kind: "embedded" });
  });

  it("is the embedded node when there is nothing else, and when it is asked for", () => {
    expect(chooseSource({}, {})).toEqual({ kind: "embedded" });
    expect(chooseSource({ source: "embedded" }, { MEILISEARCH_BIN: "/x" })).toEqual({ kind: "embedded" });
  });

  it("passes over MEILISEARCH_URLS when nodes must be processes", () => {
    const environment = { MEILISEARCH_URLS: "http://a:1" };
    expect(chooseSource({ processes: true }, environment)).toEqual({ kind: "embedded" });
    expect(() => chooseSource({ processes: true, source: "urls" }, environment)).toThrow(/can be killed/);
  });

  it("is refused with a remedy when the only kind allowed is not there", () => {
    expect(() => chooseSource({ source: "binary" }, { PATH })).toThrow(/MEILISEARCH_BIN/);
    expect(() => chooseSource({ source: "urls" }, {})).toThrow(/MEILISEARCH_URLS/);
  });
});
