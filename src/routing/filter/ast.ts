import type { Span } from "./lexer.ts";

/** A name or value of a filter: what it means after unquoting, and where it stands in the text (without its quotes). */
export interface FilterToken {
  readonly value: string;
  readonly span: Span;
}

/** Operators that compare an attribute with one value. */
export type CompareOperator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** Latitude and longitude as written. */
export type GeoPair = readonly [FilterToken, FilterToken];

/** What a `_vectors` filter asks of an embedder's vectors; a token is the name of a fragment. */
export type VectorAspect = "any" | "documentTemplate" | "userProvided" | "regenerate" | FilterToken;

/** A parsed filter expression; a closed union by `kind`. `not` never holds another `not`: the parser folds them. */
export type Filter =
  | { readonly kind: "not"; readonly operand: Filter }
  | { readonly kind: "and"; readonly operands: readonly Filter[] }
  | { readonly kind: "or"; readonly operands: readonly Filter[] }
  | {
      readonly kind: "compare";
      readonly attribute: FilterToken;
      readonly operator: CompareOperator;
      readonly value: FilterToken;
    }
  | { readonly kind: "between"; readonly attribute: FilterToken; readonly from: FilterToken; readonly to: FilterToken }
  | { readonly kind: "in"; readonly attribute: FilterToken; readonly values: readonly FilterToken[] }
  | { readonly kind: "exists" | "null" | "empty"; readonly attribute: FilterToken }
  | {
      readonly kind: "contains" | "startsWith";
      readonly attribute: FilterToken;
      readonly keyword: FilterToken;
      readonly value: FilterToken;
    }
  | {
      readonly kind: "vectors";
      readonly attribute: FilterToken;
      readonly embedder: FilterToken | undefined;
      readonly aspect: VectorAspect;
    }
  | {
      readonly kind: "geoRadius";
      readonly point: GeoPair;
      readonly radius: FilterToken;
      readonly resolution: FilterToken | undefined;
    }
  | { readonly kind: "geoBoundingBox"; readonly topRight: GeoPair; readonly bottomLeft: GeoPair }
  | { readonly kind: "geoPolygon"; readonly points: readonly GeoPair[] }
  | { readonly kind: "foreign"; readonly attribute: FilterToken; readonly operand: Filter };
