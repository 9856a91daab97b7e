import type { MiroirClient } from "../../src/index.ts";
import type { Step } from "../golden/scenario.ts";

type Verbs = MiroirClient["httpRequest"];

/** What one of the client's verbs is given. */
type VerbOptions = Parameters<Verbs["post"]>[0];

/** A recorded request as a call of the official client's request object. */
export interface VerbCall {
  readonly verb: "get" | "post" | "put" | "patch" | "delete";
  readonly options: VerbOptions;
}

const VERB_BY_METHOD: Readonly<Record<string, VerbCall["verb"] | undefined>> = {
  GET: "get",
  POST: "post",
  PUT: "put",
  PATCH: "patch",
  DELETE: "delete",
};

/** A step's request with every placeholder filled in. */
export type FilledRequest = Omit<Step["request"], "headers"> & { readonly headers: Readonly<Record<string, string>> };

/**
 * The call that sends a recorded request; `undefined` when the client cannot: it has no verb for other methods, cannot
 * leave out the content type, and reads a path with two slashes as an address.
 */
export function toVerbCall(request: FilledRequest): VerbCall | undefined {
  const verb = VERB_BY_METHOD[request.method];
  if (verb === undefined || request.path.startsWith("//")) return undefined;
  const body = request.rawBody ?? request.body;
  if (body !== undefined && request.contentType === null) return undefined;
  if (body !== undefined && verb === "get") return undefined;
  const options = {
    path: request.path,
    ...(request.query === undefined ? {} : { params: request.query }),
    ...(body === undefined ? {} : { body: body as string | object | null }),
    ...(request.rawBody === undefined ? {} : { contentType: request.contentType ?? "application/json" }),
    extraRequestInit: { headers: request.headers },
  };
  return { verb, options };
}
