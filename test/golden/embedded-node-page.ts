import { isEveryday, NOT_REPLAYABLE, type ScenarioResult, type Share, shareOf } from "./conformance.ts";
import type { KnownDifference } from "./known-differences.ts";
import type { RankingResult, RankingTally } from "./ranking.ts";

/** What the page is written from. */
export interface PageContents {
  readonly scenarios: readonly ScenarioResult[];
  readonly differences: readonly KnownDifference[];
  readonly rankings: readonly RankingResult[];
}

/** The page docs/embedded-node.md. */
export function embeddedNodePage({ scenarios, differences, rankings }: PageContents): string {
  const everyday = scenarios.filter(({ name }) => isEveryday(name));
  const rest = scenarios.filter(({ name }) => !isEveryday(name));
  return [
    INTRODUCTION,
    "## Recorded exchanges",
    CONFORMANCE,
    table(
      ["scenario", "core steps", "all steps"],
      [
        ...everyday.map((result) => conformanceRow(result.name, [result])),
        conformanceRow("**everyday scenarios**", everyday),
        ...rest.map((result) => conformanceRow(result.name, [result])),
        conformanceRow("**every scenario**", scenarios),
      ],
    ),
    `Not repeated: ${NOT_REPLAYABLE.map((name) => `\`${name}\``).join(" and ")}, which were recorded on a server that was kept busy.`,
    "### Every difference that is left",
    ...differences.map(differenceText),
    "## Rankings",
    RANKINGS,
    ...rankings.map(rankingText),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

const INTRODUCTION = `<!-- Written by \`npm run docs:embedded-node\` from the replay of the recordings; do not edit. -->

# The embedded node

A Meilisearch-compatible server written in TypeScript that runs inside a test's process (\`createEmbeddedNode()\` of
\`miroir/testing\`), as a child process, or from the shell (\`miroir node\`). It is not Meilisearch, keeps everything in
memory (and in a journal when it is given a file), and is made for tests of up to some ten thousand documents. How to use
it: [Meilisearch in your unit tests](unit-tests.md).

Routes that it does not have answer 501 with the code \`not_implemented_by_embedded_node\`.`;

const CONFORMANCE = `Requests that were sent to a real Meilisearch 1.50.0 are sent again to a fresh embedded node, in the same order.
A step counts when status, content type, body and the finished task equal the recorded ones: messages, codes and
scores included; dates, durations, sizes and made-up ids by their form, and fields of an object in any order. _Core_ steps are everyday
behaviour and common failures.`;

const RANKINGS = `The same public documents are loaded, and each recorded search is sent again. A _first page_ counts when it has the
recorded hits in the recorded order, exact ties included; an _answer_ counts when it equals the recorded one to the
letter, with totals, facets and their order, formatting and scores.`;

function conformanceRow(title: string, results: readonly ScenarioResult[]): string[] {
  return [title, ...(["core", "all"] as const).map((kind) => shareText(shareOf(results, kind)))];
}

function shareText({ passed, steps }: Share): string {
  return `${passed}/${steps} (${percentage(passed, steps)})`;
}

/** Rounded down: 100 % is said only when nothing is missing. */
function percentage(part: number, whole: number): string {
  return `${Math.floor((part / whole) * 1000) / 10} %`;
}

function differenceText({ title, reason, steps }: KnownDifference): string {
  const named = Object.entries(steps).map(([scenario, ids]) => {
    return `${scenario}: ${ids.map((id) => `\`${id}\``).join(", ")}`;
  });
  return `**${title}.** ${reason}\nSteps: ${named.join("; ")}.`;
}

function rankingText({ set, documents, tallies }: RankingResult): string {
  const title = `### ${set}`;
  if (tallies.length === 0) return `${title}\n\nNot repeated: the package with its documents is not installed.`;
  const sum = (count: (tally: RankingTally) => number) => tallies.reduce((total, tally) => total + count(tally), 0);
  const all = { kind: "**every kind**", cases: sum(({ cases }) => cases), pages: sum(({ pages }) => pages) };
  const rows = [...tallies, { ...all, answers: sum(({ answers }) => answers) }].map(
    ({ kind, cases, pages, answers }) => [
      kind,
      ...[pages, answers].map((passed) => shareText({ passed, steps: cases })),
    ],
  );
  return `${title}\n\n${documents.toLocaleString("en")} documents.\n\n${table(["kind of search", "first pages", "answers"], rows)}`;
}

/** A table as the formatter wants it: every column as wide as its widest cell, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const padded = [head, ...rows].map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [titles = [], ...body] = padded;
  return [titles, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
