/** Colours of lines and parts: told apart in light and dark, and by most who see colours differently (after Okabe and Ito). */
const COLOURS = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"],
  ...["#56b4e9", "#8a6d3b", "#7b61c9", "#888888", "#b5b000"],
];

/** The style sheet of a report. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d1f21; --soft: #6b7075; --rule: #dfe2e5; --met: #1a7f37; --missed: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181a; --ink: #e4e6e8; --soft: #9aa0a6; --rule: #33373b; --met: #4cc26b; --missed: #ff7b72; }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0.5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dt, figcaption, svg text { color: var(--soft); } dd { margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--rule); padding: 0.2rem 0.75rem 0.2rem 0; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
.met td:last-child { color: var(--met); } .missed td:last-child { color: var(--missed); font-weight: 600; }
figure { margin: 1rem 0 2rem; } figcaption { font-size: 0.9rem; } svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--rule); } .mark { stroke: var(--soft); stroke-dasharray: 4 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 0.25rem 0; padding: 0; font-size: 0.9rem; }
.legend i { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border-radius: 2px; }
details summary { cursor: pointer; color: var(--soft); }
${COLOURS.map((colour, position) => `.line.s${position} { stroke: ${colour}; } rect.s${position} { fill: ${colour}; } i.s${position} { background: ${colour}; }`).join("\n")}
`;
