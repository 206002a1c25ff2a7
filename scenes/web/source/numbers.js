// Numbers as words, as the scenes write them.

/** A share of 0..1 in percent; what rounds to nothing is not called nothing. */
export function percent(share) {
  if (!Number.isFinite(share)) return "not a number";
  return `${share >= 0.0005 ? (share * 100).toFixed(1) : "<0.1"} %`;
}

/** A time in seconds, with one decimal. */
export function seconds(secs) {
  return secs.toFixed(1);
}

/** A whole number with commas. */
export function count(number) {
  return Number(number).toLocaleString("en-GB");
}

/** A shape, as 28×28×8. */
export function shape(sizes) {
  return Array.isArray(sizes) ? sizes.map(String).join("\u00d7") : String(sizes);
}
