import { embedded } from "../support/environment.ts";
import { documentsFormsScenarios } from "../support/scenarios/documents-forms.ts";

documentsFormsScenarios(embedded);
