import type { JsonObject } from "../../core/types.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_VERSION } from "../../routing/reserved.ts";
import { type FetchedRecords, stampOf } from "./fetch-records.ts";

/** Which documents are walked over, and how. */
export interface StampWalk {
  /** Filter of the documents; those without a stamp are left out whatever it says. */
  readonly filter: string;
  /** Stamp to begin with. @default the lowest */
  readonly from?: string;
  /** Documents of one page; doubled for a page that one stamp fills. */
  readonly limit: number;
  /** Further fields of every request's body, such as what is shown of a document. */
  readonly body?: JsonObject;
  /** Sends the body of a `documents/fetch`. */
  fetch(body: JsonObject): Promise<FetchedRecords>;
}

/** Some documents in the order of their stamps: all those of each stamp that is in it. */
export interface StampPage {
  readonly records: readonly RawRecord[];
  /** The highest stamp of them. */
  readonly through: string;
  /** How many documents the walk had before it, with these. */
  readonly total: number;
}

/**
 * Walks over the documents of a node in the order of their stamps. Keyset paging: writes that come in meanwhile move no
 * document from one page to another. A full page may end within a stamp, which is left to the next page; any number of
 * documents may share one.
 */
export async function* walkStamps({ fetch, filter, from, limit, body = {} }: StampWalk): AsyncGenerator<StampPage> {
  let range = from === undefined ? "EXISTS" : `>= "${from}"`;
  for (let asked = limit; ; ) {
    const { records, total } = await fetch({
      ...{ ...body, filter: `${filter} AND ${RESERVED_VERSION} ${range}` },
      ...{ sort: [`${RESERVED_VERSION}:asc`], limit: asked },
    });
    const isLast = records.length < asked;
    const whole = isLast ? records : withoutLastStamp(records);
    const through = stampOf(whole.at(-1));
    if (whole.length > 0) yield { records: whole, through, total };
    if (isLast) return;
    if (whole.length === 0) asked *= 2;
    else [asked, range] = [limit, `> "${through}"`];
  }
}

function withoutLastStamp(records: readonly RawRecord[]): readonly RawRecord[] {
  const last = stampOf(records.at(-1));
  return records.slice(0, records.findLastIndex((record) => stampOf(record) !== last) + 1);
}
