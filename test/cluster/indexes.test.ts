import { embedded } from "../support/environment.ts";
import { indexScenarios } from "../support/scenarios/indexes.ts";

indexScenarios(embedded);
