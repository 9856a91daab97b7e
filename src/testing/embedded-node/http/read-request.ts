import type { JsonValue } from "../../../core/types.ts";
import { JsonSyntaxError } from "../json/json-scanner.ts";
import { parseJson } from "../json/parse-json.ts";
import { bodyPlace, queryPlace, type Reader } from "../validation/place.ts";
import { ApiError } from "./api-error.ts";
import type { EmbeddedRequest } from "./message.ts";
import type { RouteContext } from "./route.ts";

/** Reads and checks the JSON body of a request. `code` is that of a wrong body as a whole. */
export function readBody<T>(context: RouteContext, read: Reader<T>, code?: string): T {
  return read(jsonBody(context), bodyPlace(code));
}

/** Reads and checks the query string of a request. */
export function readQuery<T>(request: EmbeddedRequest, read: Reader<T>): T {
  return read(Object.fromEntries(new URLSearchParams(request.query)), queryPlace());
}

/** The body as text. */
export function bodyText(request: EmbeddedRequest): string {
  return new TextDecoder().decode(request.body);
}

/** The media type without its parameters, or the refusal of its absence. */
export function mediaType(request: EmbeddedRequest, accepted: readonly string[]): string {
  const header = request.headers["content-type"];
  const choices = `Accepted values for the Content-Type header are: ${accepted.map((type) => `\`${type}\``).join(", ")}`;
  if (header === undefined) {
    throw new ApiError("missing_content_type", `A Content-Type header is missing. ${choices}`);
  }
  const type = header.split(";")[0]?.trim().toLowerCase() ?? "";
  if (accepted.includes(type)) return type;
  throw new ApiError("invalid_content_type", `The Content-Type \`${type}\` is invalid. ${choices}`);
}

function jsonBody({ request, node }: RouteContext): JsonValue {
  mediaType(request, ["application/json"]);
  refuseLargeBody(request, node.settings.payloadLimitBytes);
  const text = bodyText(request);
  if (text === "") throw new ApiError("missing_payload", "A json payload is missing.");
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new ApiError("malformed_payload", `The json payload provided is malformed. \`${cause.message}\`.`);
  }
}

/** JSON bodies other than documents meet another limit check, with other words. */
export function refuseLargeBody(request: EmbeddedRequest, limit: number): void {
  const bytes = request.body.byteLength;
  if (bytes <= limit) return;
  throw new ApiError("internal", `JSON payload (${bytes} bytes) is larger than allowed (limit: ${limit} bytes).`);
}
