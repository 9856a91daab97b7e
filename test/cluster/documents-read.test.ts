import { embedded } from "../support/environment.ts";
import { documentsReadScenarios } from "../support/scenarios/documents-read.ts";

documentsReadScenarios(embedded);
