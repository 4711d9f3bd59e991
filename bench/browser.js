// Measures what people wait for in a browser: loading, filtering, scrolling, and what stays in memory. Argument: the
// program.

import { startEmbeds } from "./embeds.js";
import { keep } from "./figures.js";
import { loading, tenEmbeds, transferred } from "./loading.js";
import { memory } from "./memory.js";
import { filtering, scrolling } from "./using.js";

const [program, ...only] = process.argv.slice(2);
const measures = { loading, transferred, filtering, scrolling, memory, tenEmbeds };
const embeds = await startEmbeds(program);
const figures = [];
try {
  for (const [name, measure] of Object.entries(measures)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const measured = await measure(embeds);
    figures.push(...measured);
    for (const { figure, value, unit, target } of measured)
      console.log(`${figure}: ${value.toPrecision(3)} ${unit} (${target})`);
  }
} finally {
  await embeds.stop();
}
keep("browser", figures);
