import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One recorded exchange; the format is described in the recordings' README. */
export interface Step {
  readonly id: string;
  readonly note?: string;
  readonly core?: boolean;
  readonly timing?: boolean;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string | number | boolean>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly rawBody?: string;
    readonly contentType?: string | null;
    readonly tenantToken?: TenantToken;
  };
  readonly capture?: Readonly<Record<string, string>>;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly waitedTask?: unknown;
  readonly pauseAfterMs?: number;
}

/** Arguments of the official client's token generator. */
interface TenantToken {
  readonly apiKeyUid: string;
  readonly searchRules: unknown;
  readonly apiKey?: string;
  readonly expiresAt?: string | number;
  readonly [option: string]: unknown;
}

/** Exchanges recorded one after the other from an empty server. */
export interface Scenario {
  readonly scenario: string;
  readonly description: string;
  readonly nodeOptions?: readonly string[];
  readonly steps: readonly Step[];
}

const FOLDER = fileURLToPath(new URL("../fixtures/golden/api/", import.meta.url));

/** Names of all recorded scenarios. */
export function scenarioNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}

/** Reads one recorded scenario. */
export function readScenario(name: string): Scenario {
  return JSON.parse(readFileSync(`${FOLDER}${name}.json`, "utf8")) as Scenario;
}
