import { embedded } from "../support/environment.ts";
import { documentsWriteScenarios } from "../support/scenarios/documents-write.ts";

documentsWriteScenarios(embedded);
