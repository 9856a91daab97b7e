import { z } from "zod";

const cursorSchema = z.strictObject({
  done: z.array(z.string()),
  index: z.string().exactOptional(),
  position: z.string().exactOptional(),
  documents: z.number(),
});

/**
 * How far an import is, for another call to go on: indexes whose documents were copied, and for the one under way how far
 * and how many.
 */
export type ImportCursor = Readonly<z.infer<typeof cursorSchema>>;

/** Where an import begins. */
export const BEGINNING: ImportCursor = { done: [], documents: 0 };

/** Checks a cursor that came from a file. */
export function parseImportCursor(value: unknown): ImportCursor {
  return cursorSchema.parse(value);
}
