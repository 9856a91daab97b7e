/** Prefix of the fields that miroir stores in documents; users never see them. */
export const RESERVED_PREFIX = "_miroir_";

/** True for a field of miroir's own. */
export function isReserved(field: string): boolean {
  return field.startsWith(RESERVED_PREFIX);
}
