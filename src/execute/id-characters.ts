/** A text in the characters that ids of records may have; ids of nodes may have others. */
export function inIdCharacters(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}
