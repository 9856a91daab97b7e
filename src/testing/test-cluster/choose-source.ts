import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { NodeSource, TestClusterOptions } from "./test-cluster.ts";

/** A source of servers with everything found out about it. */
export type ChosenSource =
  | { readonly kind: "urls"; readonly urls: readonly string[] }
  | { readonly kind: "binary"; readonly path: string }
  | { readonly kind: "embedded" };

/** Environment variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Decides where servers come from: `MEILISEARCH_URLS`, then `MEILISEARCH_BIN` or `meilisearch` on PATH, then the embedded
 * node. `options.source` allows one kind only; `options.processes` passes over servers that cannot be killed.
 * @throws Error when the only kind allowed is not there
 */
export function chooseSource(
  options: Pick<TestClusterOptions, "source" | "processes">,
  environment: Environment,
): ChosenSource {
  const finders: Record<NodeSource, () => ChosenSource | undefined> = {
    urls: () => (options.processes === true ? undefined : findUrls(environment)),
    binary: () => findBinary(environment),
    embedded: () => ({ kind: "embedded" }),
  };
  const { source } = options;
  const chosen = source === undefined ? (finders.urls() ?? finders.binary() ?? finders.embedded()) : finders[source]();
  if (chosen === undefined) throw new Error(`No servers for the test cluster: ${whyMissing(options)}.`);
  return chosen;
}

function findUrls(environment: Environment): ChosenSource | undefined {
  const urls = (environment["MEILISEARCH_URLS"] ?? "").split(",").map((url) => url.trim().replace(/\/+$/, ""));
  const given = urls.filter((url) => url !== "");
  return given.length === 0 ? undefined : { kind: "urls", urls: given };
}

function findBinary(environment: Environment): ChosenSource | undefined {
  const named = environment["MEILISEARCH_BIN"];
  if (named !== undefined && named !== "") return { kind: "binary", path: named };
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const path = folders.map((folder) => join(folder, "meilisearch")).find(isExecutable);
  return path === undefined ? undefined : { kind: "binary", path };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}

function whyMissing({ source, processes }: Pick<TestClusterOptions, "source" | "processes">): string {
  if (source !== "urls") return "set MEILISEARCH_BIN or put `meilisearch` on PATH";
  return processes === true
    ? "servers of MEILISEARCH_URLS are not processes that can be killed"
    : "set MEILISEARCH_URLS to their addresses, separated by commas";
}
