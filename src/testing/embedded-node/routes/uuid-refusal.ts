/** Why a text is no UUID, in the server's words, or `undefined` when it is one. */
export function uuidRefusal(text: string): string | undefined {
  const isUuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text);
  if (isUuid) return undefined;
  const characters = [...text];
  const odd = characters.findIndex((character) => !/[0-9a-f-]/i.test(character));
  if (odd === -1 || odd > 0) return `invalid length: found ${text.length}`;
  return `invalid character: found \`${characters[odd]}\` at ${odd}`;
}
