import { type Meilisearch, MeilisearchError } from "meilisearch";

/** A book of the shop. */
export interface Book {
  readonly id: number;
  readonly title: string;
  readonly author: string;
  readonly stock: number;
}

/** What the shop's page shows. */
export interface Shelf {
  readonly titles: readonly string[];
  readonly notice?: string;
}

/** The application's code, which knows nothing about tests: books in stock that match, best first. */
export async function findBooks(client: Meilisearch, words: string): Promise<Shelf> {
  try {
    const { hits } = await client.index<Book>("books").search(words, { filter: "stock > 0" });
    return { titles: hits.map(({ title }) => title) };
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    return { titles: [], notice: "Search is taking a break. Please try again in a minute." };
  }
}
