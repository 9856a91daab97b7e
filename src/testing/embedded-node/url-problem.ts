/** Why a text is no absolute URL, in the server's words, or `undefined` when it is one. */
export function urlProblem(text: string): string | undefined {
  if (URL.canParse(text)) return undefined;
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? "invalid domain character" : "relative URL without a base";
}
