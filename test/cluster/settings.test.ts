import { embedded } from "../support/environment.ts";
import { settingsScenarios } from "../support/scenarios/settings.ts";

settingsScenarios(embedded);
