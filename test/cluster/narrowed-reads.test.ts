import { embedded } from "../support/environment.ts";
import { narrowedReadScenarios } from "../support/scenarios/narrowed-reads.ts";

narrowedReadScenarios(embedded);
