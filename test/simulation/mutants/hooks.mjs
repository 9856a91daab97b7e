/** Loads some modules from another source than their files; runs in the thread that Node loads modules by. */
let sourcesByUrl = {};

export function initialize(data) {
  sourcesByUrl = data;
}

export async function load(url, context, nextLoad) {
  const source = sourcesByUrl[url.split("?")[0]];
  return source === undefined ? nextLoad(url, context) : { format: "module", source, shortCircuit: true };
}
