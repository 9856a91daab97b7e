import { MiroirError } from "../../core/errors.ts";

/** What a wish asks for that cannot be, and what can. */
export interface Refusal {
  /** As the wish names it. */
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;
}

/** @throws MiroirError `miroir_invalid_config` naming field, value and remedy */
export function refuse({ field, value, remedy }: Refusal): never {
  throw new MiroirError("miroir_invalid_config", `\`${field}\` is ${JSON.stringify(value)}. ${remedy}`);
}
