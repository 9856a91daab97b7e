import { embedded } from "../support/environment.ts";
import { documentsEditScenarios } from "../support/scenarios/documents-edit.ts";

documentsEditScenarios(embedded);
