import type { JsonObject } from "../../core/types.ts";
import { ApiError } from "./http/api-error.ts";

/** Features that are off until they are switched on, in the server's order. */
export const FEATURES = [
  "metrics",
  "logsRoute",
  "editDocumentsByFunction",
  "containsFilter",
  "dynamicSearchRules",
  "network",
  "getTaskDocumentsRoute",
  "taskQueueCompactionRoute",
  "compositeEmbedders",
  "chatCompletions",
  "multimodal",
  "foreignKeys",
  "disableDocumentsFetchQueue",
  "legacySearch",
  "renderRoute",
] as const;

/** Name of an experimental feature. */
export type Feature = (typeof FEATURES)[number];

/** A feature that a route needs, with the words of the refusal. */
export interface FeatureNeed {
  readonly feature: Feature | "personalization";
  /** What cannot be done without it, as the sentence begins. */
  readonly action: string;
  /** The feature as the refusal names it. */
  readonly name: string;
  readonly link: string;
}

/** The experimental features of one node. */
export class ExperimentalFeatures {
  readonly #enabled = new Set<Feature>();

  isEnabled(feature: Feature): boolean {
    return this.#enabled.has(feature);
  }

  set(feature: Feature, isEnabled: boolean): void {
    if (isEnabled) this.#enabled.add(feature);
    else this.#enabled.delete(feature);
  }

  /** Every feature with its state. */
  view(): JsonObject {
    return Object.fromEntries(FEATURES.map((feature) => [feature, this.#enabled.has(feature)]));
  }

  /** Throws unless the feature is on. */
  require(need: FeatureNeed): void {
    if (need.feature !== "personalization" && this.#enabled.has(need.feature)) return;
    const words = `${need.action} requires enabling the \`${need.name}\` experimental feature. See ${need.link}`;
    throw new ApiError("feature_not_enabled", words);
  }
}
