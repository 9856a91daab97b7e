/** Whether a request may change anything. */
export function isWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== "GET" && !/\/(search|fetch)$/.test(path);
}
