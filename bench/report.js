// Writes docs/performance.md and its plots from the figures in BENCH_OUT. What stands below the marker is kept.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const PAGE = "docs/performance.md";
const PLOTS = "docs/performance";
const MARKER = "<!-- Written by hand from here on. -->";

const folder = process.env.BENCH_OUT;
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort();
const figures = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));

mkdirSync(PLOTS, { recursive: true });
for (const figure of figures) writeFileSync(join(PLOTS, `${slug(figure)}.svg`), plot(figure));
writeFileSync(PAGE, page(figures, byHand()));
for (const figure of figures) console.log(row(figure));

function byHand() {
  const [, text] = existsSync(PAGE) ? readFileSync(PAGE, "utf8").split(MARKER) : [];
  return text ?? "\n";
}

function page(figures, below) {
  return `# Performance

Made by \`make bench\`: release build, one run, ${cpus().length} cores (${cpus()[0].model.trim()}).

| what | statistic | measured | target | |
|---|---|---|---|---|
${figures.map(row).join("\n")}

${figures
  .filter(({ samples }) => samples?.length > 1)
  .map((figure) => `![${figure.figure}](performance/${slug(figure)}.svg)`)
  .join("\n\n")}

${MARKER}${below}`;
}

function row({ figure, statistic, value, unit, target }) {
  const verdict = target === undefined ? "" : value <= target ? "met" : "**missed**";
  return `| ${figure} | ${statistic} | ${short(value)} ${unit} | ${target === undefined ? "–" : `≤ ${target} ${unit}`} | ${verdict} |`;
}

function plot({ figure, unit, target, samples = [] }) {
  const most = Math.max(...samples, target ?? 0) * 1.05 || 1;
  const x = (value) => (20 + (value / most) * 600).toFixed(1);
  const dots = samples
    .map((value) => `<circle cx="${x(value)}" cy="52" r="4" fill="#0f7b6c" fill-opacity=".45"/>`)
    .join("");
  const bound =
    target === undefined
      ? ""
      : `<path d="M${x(target)} 34V72" stroke="#b23a1e" stroke-width="2"/><text x="${x(target)}" y="88" text-anchor="end" fill="#b23a1e">target ${target} ${unit}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 96" font-family="system-ui, sans-serif" font-size="13">
<rect width="640" height="96" fill="#fff"/><text x="20" y="20" font-weight="600" fill="#16282d">${figure} (${unit})</text>
<path d="M20 72H620" stroke="#aab6b8"/><text x="20" y="88" fill="#57696e">0</text>${dots}${bound}
</svg>
`;
}

function slug({ figure }) {
  return figure
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function short(value) {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}
