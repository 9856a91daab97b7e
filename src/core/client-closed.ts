import { MiroirError } from "./errors.ts";

/** What a call on a closed client is told. */
export function clientClosed(): MiroirError {
  return new MiroirError("miroir_closed", "The client was closed. Create another one.");
}
