import { embedded } from "../support/environment.ts";
import { multiSearchScenarios } from "../support/scenarios/multi-search.ts";

multiSearchScenarios(embedded);
