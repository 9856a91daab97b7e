import { it } from "vitest";
import {
  type StoreConformanceOptions,
  storeConformance,
} from "../../src/testing/store-conformance/store-conformance.ts";

/** Declares a test for each promise of the contract; what a backend cannot be made to do shows as skipped. */
export function conforms(options: StoreConformanceOptions): void {
  for (const { name, missing, run } of storeConformance(options)) {
    it.skipIf(missing.length > 0)(missing.length > 0 ? `${name} (cannot ${missing.join(", ")})` : name, run);
  }
}
