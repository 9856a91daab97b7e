/** Uses a cluster, closes the client, and has to end by itself: started by closing.test.ts. */
import { MiroirClient } from "../../../src/index.ts";
import { configOf } from "../cluster-config.ts";

const client = new MiroirClient(configOf(process.argv.slice(2)));
const index = client.index("movies");
const { hits } = await index.search("");
await index.addDocuments([{ id: 2 }]);
await client.close();
process.stdout.write(`closed with ${hits.length} hit\n`);
