import { embedded } from "../support/environment.ts";
import { statsScenarios } from "../support/scenarios/stats.ts";

statsScenarios(embedded);
