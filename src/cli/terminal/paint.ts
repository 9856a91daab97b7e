import { styleText } from "node:util";

/** How a piece of text is meant. */
export type Tone = "good" | "warning" | "bad" | "quiet" | "title";

const STYLES = {
  good: "green",
  warning: "yellow",
  bad: "red",
  quiet: "dim",
  title: "bold",
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** Colours a text, if its reader wants colours. */
export type Paint = (tone: Tone, text: string) => string;

/** Colours for a terminal; none for a pipe or with `NO_COLOR`, always with `FORCE_COLOR`. */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Paint {
  const force = environment["FORCE_COLOR"];
  const wantsColour = force ? force !== "0" : !environment["NO_COLOR"] && stream.isTTY === true;
  return (tone, text) => (wantsColour ? styleText(STYLES[tone], text, { validateStream: false }) : text);
}
