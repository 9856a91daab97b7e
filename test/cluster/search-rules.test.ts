import { embedded } from "../support/environment.ts";
import { searchRuleScenarios } from "../support/scenarios/search-rules.ts";

searchRuleScenarios(embedded);
