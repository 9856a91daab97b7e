/** Searches three servers that are described in a topology file: `npx tsx examples/compose/search.ts [topology file]`. */
import { fileURLToPath } from "node:url";
import { Meilisearch, metaOf } from "../../src/index.ts";

const file = process.argv[2] ?? fileURLToPath(new URL("./miroir.json", import.meta.url));
const apiKey = process.env["MEILI_MASTER_KEY"];
if (apiKey === undefined) throw new Error("Set MEILI_MASTER_KEY to the key that the servers were started with.");

await using client = new Meilisearch({ topology: `file:${file}`, apiKey });
const movies = client.index("movies");
const added = await movies
  .addDocuments([
    { id: 1, title: "Carol" },
    { id: 2, title: "Wonder Woman" },
    { id: 3, title: "Life of Pi" },
  ])
  .waitTask();
console.log("added:", added.status);

const answer = await movies.search("wonder wmoan");
console.log("found:", answer.hits);
console.log("degraded:", metaOf(answer)?.degraded);
