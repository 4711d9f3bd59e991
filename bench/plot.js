// Draws a figure as SVG: one line of dots for its samples, or a line with a dot for each of its parts.

const WIDTH = 640;
const NAMES = 220;
const LINE = 22;
const TOP = 34;

/** The SVG of a figure that has samples or parts. */
export function plot({ figure, unit, target, least, samples, parts }) {
  const lines = parts ?? [{ name: "", values: samples }];
  const left = parts ? NAMES : 20;
  const values = lines.flatMap(valuesOf);
  const scale = scaleOf([...values, target], left);
  const bottom = TOP + lines.length * LINE;
  const drawn = lines.map((line, index) => drawLine(line, scale, TOP + (index + 0.5) * LINE));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 26}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${WIDTH}" height="${bottom + 26}" fill="#fff"/>
<text x="20" y="20" font-weight="600" fill="#16282d">${figure} (${unit})</text>
${drawn.join("\n")}
<path d="M${left} ${bottom}H620" stroke="#aab6b8"/><text x="${left}" y="${bottom + 17}" fill="#57696e">0</text>
<path d="M${scale(target)} ${TOP}V${bottom}" stroke="#b23a1e" stroke-width="2"/>
<text x="${scale(target)}" y="${bottom + 17}" text-anchor="middle" fill="#b23a1e">${least ? "at least" : "at most"} ${target} ${unit}</text>
</svg>
`;
}

function valuesOf({ value, values }) {
  return values ?? [value];
}

/** From a value to its place, with zero at the left edge. */
function scaleOf(values, left) {
  const most = Math.max(...values) * 1.1;
  return (value) => (left + (value / most) * (620 - left)).toFixed(1);
}

function drawLine(line, scale, y) {
  const dots = valuesOf(line).map(
    (value) => `<circle cx="${scale(value)}" cy="${y}" r="4" fill="#0f7b6c" fill-opacity=".45"/>`,
  );
  return `<text x="20" y="${y + 4}" fill="#16282d">${line.name}</text>${dots.join("")}`;
}
