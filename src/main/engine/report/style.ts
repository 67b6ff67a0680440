/** How a report looks: light and dark, narrow and wide, on paper. The colours are those of the page. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #11151a);
  --raised: light-dark(#f4f5f7, #202730);
  --text: light-dark(#1a2028, #e6eaee);
  --muted: light-dark(#55606d, #a0abb8);
  --line: light-dark(#dbe0e6, #2f3842);
  --track: light-dark(#e2e6eb, #2c353f);
  --accent: light-dark(#1d5bb8, #82b3ff);
  --ok: light-dark(#17703d, #66cc8f);
  --warn: light-dark(#8a5600, #e8b653);
  --bad: light-dark(#b3261e, #ff8f85);
  --mono: ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 0.9375rem/1.45 system-ui, -apple-system, 'Segoe UI', sans-serif;
  overflow-wrap: anywhere;
}
main { max-inline-size: 70rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0; font-size: 1.625rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 0.75rem; padding-block-end: 0.25rem; border-block-end: 1px solid var(--line); font-size: 1.25rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0.25rem 0; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
small, .small, .identity { font-size: 0.8125rem; }
.muted, .identity, small { color: var(--muted); }
.mono { font-family: var(--mono); font-size: 0.8125rem; }
.state { margin: 0; color: var(--muted); font-weight: 600; }
.reason { margin: 0.25rem 0; padding: 0.25rem 0.625rem; border-inline-start: 3px solid var(--warn); background: var(--raised); font-family: var(--mono); font-size: 0.8125rem; }
.identity { display: flex; flex-wrap: wrap; gap: 0 0.75rem; }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.sheet { position: absolute; }
header .figures { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; margin: 1rem 0 0; }
.figures dt { color: var(--muted); font-size: 0.8125rem; }
.figures dd { margin: 0; font-variant-numeric: tabular-nums; }
.figures strong { display: block; font-size: 1.375rem; line-height: 1.2; }
.figures small { display: block; }
.sign { fill: currentColor; vertical-align: -0.125rem; }
.sign.passed, rect.passed { color: var(--ok); fill: var(--ok); }
.sign.failed, rect.failed { color: var(--bad); fill: var(--bad); }
.sign.error, rect.error { color: var(--warn); fill: var(--warn); }
.sign.running { color: var(--accent); }
.sign.lost, .sign.interrupted, .sign.planned, .sign.unseen { color: var(--muted); }
rect.lost, rect.interrupted { fill: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0 0 0.5rem; padding: 0; list-style: none; }
.strip { display: flex; flex-wrap: wrap; gap: 2px; }
table { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.5rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: top; font-weight: 400; }
:is(th, td):first-child { padding-inline-start: 0; }
:is(th, td):last-child { padding-inline-end: 0; }
thead th { color: var(--muted); font-size: 0.8125rem; }
.number { text-align: end; white-space: nowrap; }
.result, .time { white-space: nowrap; }
.domains { margin-block-end: 1.5rem; }
.domains .wide { inline-size: 38%; vertical-align: middle; }
.bar { display: block; border-radius: 0.1875rem; }
.track { fill: var(--track); }
.fill { fill: var(--accent); }
.chart { margin: 0 0 1.5rem; }
.plot { display: grid; grid-template: 9rem 1.25rem / 3.5rem minmax(0, 1fr); gap: 0 0.5rem; margin-block-start: 0.75rem; }
.plot svg { inline-size: 100%; block-size: 100%; overflow: visible; }
.plot text { fill: var(--muted); font-size: 0.75rem; dominant-baseline: middle; }
.x-axis { grid-column: 2; }
.area line, .area polyline { vector-effect: non-scaling-stroke; }
.grid { stroke: var(--line); }
.limit { stroke: var(--text); stroke-dasharray: 4 3; }
.area polyline { fill: none; stroke: var(--accent); stroke-width: 2px; stroke-linejoin: round; }
.area rect { fill: var(--muted); }
.area rect.passed { fill: var(--ok); }
.area rect.failed { fill: var(--bad); }
.area rect.error { fill: var(--warn); }
.area rect.incident { fill: var(--bad); opacity: 0.18; }
.failure { margin-block-end: 1.5rem; padding-block-start: 0.5rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0.75rem; margin-block-start: 0.5rem; }
.pictures figure { margin: 0; max-inline-size: 35rem; }
.pictures img { display: block; max-inline-size: 100%; block-size: auto; border: 1px solid var(--line); }
figcaption { font-size: 0.8125rem; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
.notes { max-inline-size: 48rem; margin: 0; padding-inline-start: 1.25rem; }
.notes li { margin-block-end: 0.375rem; }
@media (max-width: 40rem) {
  .side, .domains .wide { display: none; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-block-end: 0.5rem; }
}
@media (forced-colors: active) {
  .sign, .area rect, .fill { forced-color-adjust: none; }
}
@media print {
  :root { color-scheme: light; }
  @page { margin: 14mm; }
  body { font-size: 9.5pt; }
  main { max-inline-size: none; padding: 0; }
  svg, .reason, .track, img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, figure, .failure > :is(h3, .result, .identity) { break-inside: avoid; }
  h2, h3, .failure > :is(.result, .identity) { break-after: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
  .pictures { grid-template-columns: 1fr 1fr; }
}
`;
