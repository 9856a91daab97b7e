import { embedded } from "../support/environment.ts";
import { indexNameScenarios } from "../support/scenarios/index-names.ts";

indexNameScenarios(embedded);
