// Measures what a browser downloads, compressed. One kB is 1000 bytes.

import { sizes } from "../web/sizes.js";
import { keep } from "./figures.js";

keep(
  "web",
  sizes().map(({ what, bytes, most }) => ({
    figure: what,
    statistic: "brotli",
    value: bytes / 1000,
    unit: "kB",
    target: most / 1000,
  })),
);
