import { afterAll, beforeAll, describe, it } from "vitest";
import { live, liveUrls, resetServers } from "../support/live.ts";
import { administrationScenarios } from "../support/scenarios/administration.ts";
import { documentsEditScenarios } from "../support/scenarios/documents-edit.ts";
import { documentsFormsScenarios } from "../support/scenarios/documents-forms.ts";
import { documentsReadScenarios } from "../support/scenarios/documents-read.ts";
import { documentsWriteScenarios } from "../support/scenarios/documents-write.ts";
import { fieldScenarios } from "../support/scenarios/fields.ts";
import { indexNameScenarios } from "../support/scenarios/index-names.ts";
import { indexScenarios } from "../support/scenarios/indexes.ts";
import { keyScenarios } from "../support/scenarios/keys.ts";
import { multiSearchScenarios } from "../support/scenarios/multi-search.ts";
import { narrowedReadScenarios } from "../support/scenarios/narrowed-reads.ts";
import { numberScenarios } from "../support/scenarios/numbers.ts";
import { replicateEverywhereScenarios } from "../support/scenarios/replicate-everywhere.ts";
import { searchScenarios } from "../support/scenarios/search.ts";
import { searchRuleScenarios } from "../support/scenarios/search-rules.ts";
import { settingsScenarios } from "../support/scenarios/settings.ts";
import { statsScenarios } from "../support/scenarios/stats.ts";
import { tasksScenarios } from "../support/scenarios/tasks.ts";
import { tokenScenarios } from "../support/scenarios/tokens.ts";
import { vectorScenarios } from "../support/scenarios/vectors.ts";

if (liveUrls.length < 3) {
  process.stdout.write(
    "\n*** LIVE SUITE SKIPPED, nothing was tested: MEILISEARCH_URLS must name three servers, separated by commas ***\n\n",
  );
  describe("live scenarios", () => it.skip("skipped: MEILISEARCH_URLS does not name three servers", () => undefined));
} else {
  process.stdout.write(`live scenarios on ${liveUrls.join(", ")}; those that need more nodes are skipped\n`);
  describe("live", () => {
    beforeAll(resetServers);
    afterAll(resetServers);
    indexScenarios(live);
    indexNameScenarios(live);
    fieldScenarios(live);
    replicateEverywhereScenarios(live);
    settingsScenarios(live);
    documentsWriteScenarios(live);
    documentsReadScenarios(live);
    documentsEditScenarios(live);
    documentsFormsScenarios(live);
    numberScenarios(live);
    statsScenarios(live);
    tasksScenarios(live);
    searchScenarios(live);
    narrowedReadScenarios(live);
    multiSearchScenarios(live);
    searchRuleScenarios(live);
    keyScenarios(live);
    vectorScenarios(live);
    tokenScenarios(live);
    administrationScenarios(live);
  });
}
