// Writes docs/performance.md and its plots from the figures that were kept. What stands below the marker stays.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { kept } from "./figures.js";
import { plot } from "./plot.js";

const PAGE = "docs/performance.md";
const PLOTS = "docs/performance";
const MARKER = "<!-- Written by hand from here on. -->";

const figures = kept();
rmSync(PLOTS, { recursive: true, force: true });
mkdirSync(PLOTS, { recursive: true });
for (const figure of figures.filter(isDrawn)) writeFileSync(`${PLOTS}/${slug(figure)}.svg`, plot(figure));
writeFileSync(PAGE, page(byHand()));
for (const figure of figures) console.log(row(figure));

function byHand() {
  const [, text] = existsSync(PAGE) ? readFileSync(PAGE, "utf8").split(MARKER) : [];
  return text ?? "\n";
}

function page(below) {
  const [load] = loadavg();
  return `# Performance

Made by \`make bench\`: release build, one run, ${cpus().length} cores (${cpus()[0].model.trim()}). In the last minute of the run ${load.toFixed(1)} processes wanted a core: more than the cores means that the machine was shared.

| what | statistic | measured | target | |
|---|---|---|---|---|
${figures.map(row).join("\n")}

${figures.filter(isDrawn).map(drawn).join("\n\n")}

${MARKER}${below}`;
}

function row({ figure, statistic, value, unit, target, least }) {
  const verdict = (least ? value >= target : value <= target) ? "met" : "**missed**";
  return `| ${figure} | ${statistic} | ${short(value)} ${unit} | ${least ? "≥" : "≤"} ${target} ${unit} | ${verdict} |`;
}

function isDrawn({ samples, parts }) {
  return Boolean(samples || parts);
}

function drawn(figure) {
  const image = `![${figure.figure}](performance/${slug(figure)}.svg)`;
  return figure.parts ? `${image}\n\n${table(figure)}` : image;
}

function table({ figure, unit, parts }) {
  const rows = parts.map(({ name, value, note }) => `| ${name} | ${short(value)} ${unit} | ${note} |`);
  return `| ${figure} | | |\n|---|---|---|\n${rows.join("\n")}`;
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
