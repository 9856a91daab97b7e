import { embedded } from "../support/environment.ts";
import { fieldScenarios } from "../support/scenarios/fields.ts";

fieldScenarios(embedded);
