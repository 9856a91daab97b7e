import { coversIndex } from "../auth/index-pattern.ts";
import { ApiError } from "../http/api-error.ts";
import type { Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexPatternRefusal } from "../indexes/index-uid.ts";
import type { Reader } from "../validation/place.ts";
import { anyValue, boolean, nullable, object, recordOf, string } from "../validation/readers.ts";
import { invalidValue, wrongKind } from "../validation/refusal.ts";
import { enqueue } from "./enqueue.ts";

interface ExportBody {
  url?: string;
  apiKey?: string | null;
  payloadSize?: string | number | null;
  indexes?: Record<string, { filter?: unknown; overrideSettings?: boolean }> | null;
}

const size: Reader<string | number> = (value, place) => {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  if (typeof value !== "string") throw wrongKind(value, "a positive integer or a string", place);
  const first = value.trim()[0] ?? "";
  if (/\d/.test(first)) return value;
  throw invalidValue(`the character '${first}' is not a number`, place);
};

const readExport = object<ExportBody>({
  url: { read: string, code: "invalid_export_url" },
  apiKey: { read: nullable(string), code: "invalid_export_api_key" },
  payloadSize: { read: nullable(size), code: "invalid_export_payload_size" },
  indexes: {
    read: nullable(
      byIndexPattern(
        object<{ filter?: unknown; overrideSettings?: boolean }>({
          filter: { read: anyValue, code: "invalid_export_index_filter" },
          overrideSettings: { read: boolean, code: "invalid_export_index_override_settings" },
        }),
      ),
    ),
  },
});

/** An object whose keys are index patterns; the server names its own type when one is not. */
function byIndexPattern<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, place) => {
    const record = recordOf<unknown>(anyValue)(value, place);
    const wrong = Object.keys(record).find((key) => indexPatternRefusal(key) !== undefined);
    if (wrong === undefined) return recordOf(read)(value, place);
    const type = "meilisearch_types::index_uid_pattern::IndexUidPattern";
    throw invalidValue(`the key "${wrong}" could not be deserialized into the key type \`${type}\``, place);
  };
}

/** Exports: checked as the server does, done only when there is nothing to export. */
export const exportRoutes: readonly Route[] = [
  { method: "POST", path: "/export", action: "export", handle: exportIndexes },
];

function exportIndexes(context: RouteContext): Reply {
  const { node } = context;
  const { url = "", indexes } = readBody(context, readExport);
  const patterns = Object.keys(indexes ?? {});
  const details = { url, indexes: {} };
  const plan = {
    type: "export",
    indexUid: null,
    details,
    run: () => {
      const covered = node
        .indexes()
        .filter(({ uid }) => patterns.length === 0 || patterns.some((p) => coversIndex(p, uid)));
      if (covered.length === 0) return details;
      throw new ApiError("not_implemented_by_embedded_node", "The embedded node does not export documents.");
    },
  } as const;
  return enqueue(node, plan, 200);
}
