import { embedded } from "../support/environment.ts";
import { searchScenarios } from "../support/scenarios/search.ts";

searchScenarios(embedded);
