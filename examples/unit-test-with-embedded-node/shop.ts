import { Meilisearch } from "meilisearch";
import { findBooks, type Shelf } from "./catalogue.ts";

/** An application that has its server's address built in. */
export function searchTheShop(words: string): Promise<Shelf> {
  return findBooks(new Meilisearch({ host: "https://search.example.com", apiKey: "test key" }), words);
}
