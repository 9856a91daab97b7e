/** Writes to a cluster, says the tasks' numbers and ends at once without closing anything: started by tasks-of-others.test.ts. */
import process from "node:process";
import { MiroirClient } from "../../../src/index.ts";
import { configOf } from "../cluster-config.ts";

const client = new MiroirClient(configOf(process.argv.slice(2)));
const index = client.index("movies");
const created = await client.createIndex("movies", { primaryKey: "id" });
const settings = await index.updateSettings({ filterableAttributes: ["genre"], stopWords: ["the"] });
const documents = Array.from({ length: 50 }, (_, id) => ({ id, genre: "drama" }));
const added = await index.addDocuments([...documents, { id: 0, genre: "crime" }], {
  customMetadata: 'mine "and yours"',
});
const refused = await index.addDocuments([{ genre: "no id" }]);
const deleted = await index.deleteDocuments(["1", "2"]);
const numbers = [created, settings, added, refused, deleted].map(({ taskUid }) => taskUid);
process.stdout.write(JSON.stringify(numbers), () => process.exit(0));
