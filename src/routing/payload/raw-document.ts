/** One top-level field of a document; the value keeps its exact JSON text, numbers above 2⁵³ included. */
export interface RawField {
  readonly key: string;
  readonly rawValue: string;
}

/** A document as it was sent: its top-level fields in order, each key once with its last value. */
export interface RawRecord {
  readonly fields: readonly RawField[];
}

/** A document whose id is known and valid. */
export interface RawDocument extends RawRecord {
  readonly id: string;
}
