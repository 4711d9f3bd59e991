/** A color of the style sheet, which has three or six hexadecimal digits: red, green and blue from 0 to 255. */
function channelsOf(color: string): number[] {
  const digits = color.slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return (pairs ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** How light a color is, from 0 to 1. Source: WCAG 2.2, "relative luminance". */
function luminanceOf(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Of two colors for a text, the one with more contrast to what is `share` of the way from `least` to `most`. */
export function readableOn(least: string, most: string, share: number, texts: readonly [string, string]): string {
  const end = channelsOf(most);
  const ground = luminanceOf(channelsOf(least).map((channel, at) => channel + ((end[at] ?? 0) - channel) * share));
  const [one, other] = texts.map((text) => contrast(luminanceOf(channelsOf(text)), ground));
  return (one ?? 0) >= (other ?? 0) ? texts[0] : texts[1];
}

/** Source: WCAG 2.2, "contrast ratio". */
function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
