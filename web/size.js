import { sizes } from "./sizes.js";

// Fails if the built files have grown beyond what was promised. One kB is 1000 bytes.

for (const { what, bytes, most } of sizes()) {
  console.log(`${what}: ${(bytes / 1000).toFixed(1)} kB of at most ${most / 1000} kB`);
  if (bytes > most) process.exitCode = 1;
}
