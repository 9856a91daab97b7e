/** The example of the README: an application that used one server now uses three. Run it with `npx tsx examples/quick-start/main.ts`. */
import { Meilisearch, metaOf } from "../../src/index.ts";
import { startTestCluster } from "../../src/testing/index.ts";

await using servers = await startTestCluster({ nodes: 3 });
console.log(servers.source);

await using client = new Meilisearch({ nodes: servers.nodes.map(({ url }) => url), apiKey: servers.masterKey ?? "" });
const movies = client.index("movies");
await movies
  .addDocuments([
    { id: 1, title: "Carol" },
    { id: 2, title: "Wonder Woman" },
    { id: 3, title: "Life of Pi" },
  ])
  .waitTask();

const answer = await movies.search("wonder wmoan");
console.log(answer.hits);
console.log(metaOf(answer));
