import { embedded } from "../support/environment.ts";
import { vectorScenarios } from "../support/scenarios/vectors.ts";

vectorScenarios(embedded);
