import type { JsonObject } from "../../../core/types.ts";
import { matchesPattern } from "../engine/attributes.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { type IndexField, indexFields } from "../indexes/index-fields.ts";
import { arrayOf, boolean, type Field, nullable, object, string, unsigned } from "../validation/readers.ts";
import { page } from "./page.ts";

const FLAGS = ["displayed", "searchable", "sortable", "distinct", "rankingRule", "filterable"] as const;

type Flag = (typeof FLAGS)[number];

interface FieldFilter extends Partial<Record<Flag, boolean | null>> {
  attributePatterns?: string[] | null;
}

const CODE = "invalid_index_fields_filter";

function flag(code: string): Field<boolean | null> {
  return { read: nullable(boolean), code: `${CODE}_${code}` };
}

const readFieldList = object<{ offset?: number; limit?: number; filter?: FieldFilter | null }>({
  offset: { read: unsigned, code: "invalid_index_offset" },
  limit: { read: unsigned, code: "invalid_index_limit" },
  filter: {
    read: nullable(
      object<FieldFilter>({
        attributePatterns: { read: nullable(arrayOf(string)), code: `${CODE}_attribute_patterns` },
        displayed: flag("displayed"),
        searchable: flag("searchable"),
        sortable: flag("sortable"),
        distinct: flag("distinct"),
        rankingRule: flag("ranking_rule"),
        filterable: flag("filterable"),
      }),
    ),
    code: CODE,
  },
});

/** The fields of an index with what the settings say about them. */
export const fieldRoutes: readonly Route[] = [
  { method: "POST", path: "/indexes/:indexUid/fields", action: "fields.post", isRead: true, handle: listFields },
];

function listFields(context: RouteContext): Reply {
  const { offset = 0, limit = 20, filter } = readBody(context, readFieldList);
  const fields = indexFields(context.node.index(context.params["indexUid"] ?? ""));
  const shown = fields.filter((field) => passes(field, filter ?? {}));
  return ok(page(shown as unknown as JsonObject[], { offset, limit }));
}

function passes(field: IndexField, filter: FieldFilter): boolean {
  const { attributePatterns: patterns } = filter;
  const isNamed = !Array.isArray(patterns) || patterns.some((pattern) => matchesPattern(pattern, field.name));
  return isNamed && FLAGS.every((name) => typeof filter[name] !== "boolean" || filter[name] === field[name].enabled);
}
