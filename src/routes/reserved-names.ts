import { MiroirError } from "../core/errors.ts";
import type { JsonObject } from "../core/types.ts";
import { RESERVED_PREFIX } from "../routing/reserved.ts";

/**
 * Refuses a body whose fields name attributes of miroir's own, which a node would accept and which users must not see.
 * @throws MiroirError `miroir_reserved_field`
 */
export function refuseReservedNames(body: JsonObject, fields: readonly string[]): void {
  for (const field of fields) {
    if (body[field] === undefined || !JSON.stringify(body[field]).includes(RESERVED_PREFIX)) continue;
    throw new MiroirError(
      "miroir_reserved_field",
      `\`${field}\` names an attribute that starts with \`${RESERVED_PREFIX}\`; those belong to miroir. Take it out.`,
    );
  }
}
