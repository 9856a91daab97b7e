import type { Route } from "./route.ts";

/** The order in which the server names the methods that a path has. */
const METHOD_ORDER: readonly Route["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** A path's route for a method, or the methods it has instead; neither when there is no such path. */
export interface Match {
  readonly route?: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly allowed: readonly string[];
}

/** Finds routes by path and method; fixed parts win over variable ones. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly parts: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, parts: splitPath(route.path) }));
  }

  /** `undefined` when no route has the path. */
  match(method: string, path: string): Match | undefined {
    const parts = splitPath(path).map(decode);
    const candidates = this.#routes.filter((candidate) => fits(candidate.parts, parts));
    const [closest] = [...candidates].sort((a, b) => variables(a.parts) - variables(b.parts));
    if (closest === undefined) return undefined;
    const same = candidates.filter((candidate) => candidate.route.path === closest.route.path);
    const route = same.find((candidate) => candidate.route.method === method)?.route;
    const methods = same.map((candidate) => candidate.route.method);
    return {
      ...(route === undefined ? {} : { route }),
      params: paramsOf(closest.parts, parts),
      allowed: METHOD_ORDER.filter((candidate) => methods.includes(candidate)),
    };
  }
}

/** Doubled and trailing slashes do not matter. */
function splitPath(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, at) => part.startsWith(":") || part === parts[at]);
}

function variables(pattern: readonly string[]): number {
  return pattern.filter((part) => part.startsWith(":")).length;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> {
  const named = pattern.flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), parts[at] ?? ""]] : []));
  return Object.fromEntries(named);
}
