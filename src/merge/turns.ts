import { compareRankKeys, type RankKey } from "./compare.ts";

/** A hit's key, and how many hits of the same node tie with it and come before it. */
export interface Turn {
  readonly key: RankKey;
  readonly tiesBefore: number;
}

/** The turn of the hit that comes after another one in a node's list. */
export function turnOf(key: RankKey, previous: Turn | undefined): Turn {
  const isTied = previous?.key.shape === key.shape && compareRankKeys(previous.key, key) === 0;
  return { key, tiesBefore: isTied ? previous.tiesBefore + 1 : 0 };
}

/**
 * Which of two hits comes first: the better one, or of a tie the one that is further ahead among its node's ties. One
 * server shows ties in the order in which they were written, and documents written one after the other are spread over
 * all nodes; a page of ties from one node alone would also make that node's list longer than any other.
 */
export function compareTurns(left: Turn, right: Turn): number {
  return compareRankKeys(left.key, right.key) || left.tiesBefore - right.tiesBefore;
}
