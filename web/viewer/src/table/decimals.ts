const PLAIN = /^(-?)(\d+)(?:\.(\d*))?$/;

/** Compares decimals written as texts, whatever their length. Rounding keeps order, so it decides where it differs. */
export function compareDecimals(one: string, other: string): number {
  return Number(one) - Number(other) || compareDigits(PLAIN.exec(one), PLAIN.exec(other));
}

function compareDigits(one: RegExpExecArray | null, other: RegExpExecArray | null): number {
  if (!one || !other) return 0;
  const places = Math.max(one[3]?.length ?? 0, other[3]?.length ?? 0);
  const difference = scaled(one, places) - scaled(other, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The number times ten to the power of `places`. */
function scaled([, sign, whole, fraction = ""]: RegExpExecArray, places: number): bigint {
  return BigInt(`${sign}${whole}${fraction.padEnd(places, "0")}`);
}
