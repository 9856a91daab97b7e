import type { ErrorBody } from "../../../core/types.ts";

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  missing_authorization_header: 401,
  missing_master_key: 401,
  invalid_api_key: 403,
  api_key_not_found: 404,
  batch_not_found: 404,
  chat_not_found: 404,
  document_not_found: 404,
  dynamic_search_rule_not_found: 404,
  index_not_found: 404,
  render_document_not_found: 404,
  task_file_not_found: 404,
  task_not_found: 404,
  webhook_not_found: 404,
  api_key_already_exists: 409,
  index_already_exists: 409,
  payload_too_large: 413,
  invalid_content_type: 415,
  missing_content_type: 415,
  unsupported_media_type: 415,
  no_space_left_on_device: 422,
  requires_enterprise_edition: 451,
  internal: 500,
  not_implemented_by_embedded_node: 501,
  too_many_search_requests: 503,
};

const TYPE_BY_CODE: Readonly<Record<string, ErrorBody["type"]>> = {
  missing_authorization_header: "auth",
  missing_master_key: "auth",
  invalid_api_key: "auth",
  internal: "internal",
  no_space_left_on_device: "system",
  too_many_search_requests: "system",
};

/** The four keys of an error, as answers and failed tasks carry them. */
export function errorBody(code: string, message: string): ErrorBody {
  return {
    message,
    code,
    type: TYPE_BY_CODE[code] ?? "invalid_request",
    link: `https://docs.meilisearch.com/errors#${code}`,
  };
}

/** A refusal of the node: the server's code and words, and the HTTP status that belongs to the code. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }

  /** HTTP status; 400 for every code without a status of its own. */
  get status(): number {
    return STATUS_BY_CODE[this.code] ?? 400;
  }

  get body(): ErrorBody {
    return errorBody(this.code, this.message);
  }
}

/** The error of a route or task that names an index that does not exist. */
export function indexNotFound(uid: string): ApiError {
  return new ApiError("index_not_found", `Index \`${uid}\` not found.`);
}
