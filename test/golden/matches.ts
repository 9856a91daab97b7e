/** Placeholders of recorded answers and what may stand in their place. */
const PATTERN_BY_PLACEHOLDER: Readonly<Record<string, RegExp>> = {
  "<date>": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
  "<duration>": /^(PT[\d.]+S|[\d.]+(ns|µs|us|ms|s))$/,
  "<now>": /^\d+$/,
  "<uuid>": /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  "<key>": /^[0-9a-f]{64}$/,
  "<dumpUid>": /^\d{8}-\d{9}$/,
  "<commitSha>": /^.+$/,
  "<commitDate>": /^.+$/,
  "<soon>": /^\d{4}-\d{2}-\d{2}T/,
};

/** Where an answer differs from the recorded one, or `undefined` when it does not. */
export function difference(recorded: unknown, given: unknown, path = ""): string | undefined {
  if (typeof recorded === "string" && recorded.includes("<")) return textDifference(recorded, given, path);
  if (typeof recorded === "number" && typeof given === "number") {
    return numberDifference(recorded, given, path);
  }
  if (Array.isArray(recorded)) return arrayDifference(recorded, given, path);
  if (typeof recorded === "object" && recorded !== null) return objectDifference(recorded, given, path);
  return Object.is(recorded, given) ? undefined : describe(recorded, given, path);
}

function textDifference(recorded: string, given: unknown, path: string): string | undefined {
  if (recorded === "<bytes>") {
    return typeof given === "number" || typeof given === "string" ? undefined : describe(recorded, given, path);
  }
  if (recorded === "<object>") {
    return typeof given === "object" && given !== null ? undefined : describe(recorded, given, path);
  }
  if (typeof given !== "string") return describe(recorded, given, path);
  const whole = PATTERN_BY_PLACEHOLDER[recorded];
  if (whole !== undefined) return whole.test(given) ? undefined : describe(recorded, given, path);
  return inTextPattern(recorded).test(given) ? undefined : describe(recorded, given, path);
}

/** A text with placeholders in the middle. */
function inTextPattern(recorded: string): RegExp {
  const parts = recorded.split(/(<[a-zA-Z]+>)/).map((part) => {
    const pattern = PATTERN_BY_PLACEHOLDER[part];
    if (pattern !== undefined) return pattern.source.replace(/^\^/, "").replace(/\$$/, "");
    return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}

/** The last digits of computed numbers differ between processors. */
function numberDifference(recorded: number, given: number, path: string): string | undefined {
  if (path.endsWith(".processingTimeMs")) return undefined;
  const tolerance = /similarity|_rankingScore|_vectors|_geoDistance/.test(path) ? 1e-6 : 1e-9;
  const isClose = Math.abs(recorded - given) <= tolerance * Math.max(1, Math.abs(recorded));
  return recorded === given || (!Number.isInteger(recorded) && isClose) ? undefined : describe(recorded, given, path);
}

function arrayDifference(recorded: readonly unknown[], given: unknown, path: string): string | undefined {
  if (!Array.isArray(given)) return describe(recorded, given, path);
  for (const [index, item] of recorded.entries()) {
    const found = difference(item, given[index], `${path}[${index}]`);
    if (found !== undefined) return found;
  }
  return recorded.length === given.length ? undefined : `${path}: ${recorded.length} items, got ${given.length}`;
}

function objectDifference(recorded: object, given: unknown, path: string): string | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return describe(recorded, given, path);
  const extra = Object.keys(given).find((key) => !(key in recorded));
  if (extra !== undefined) return `${path}.${extra}: not expected`;
  for (const [key, value] of Object.entries(recorded)) {
    if (!(key in given)) return `${path}.${key}: missing`;
    const found = difference(value, (given as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(recorded: unknown, given: unknown, path: string): string {
  return `${path || "body"}: recorded ${short(recorded)} got ${short(given)}`;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 400);
}
