// Numbers as text: short, of even width, and never 0 for what is only small.

const DIGITS = 5;
export const LONG = 9; // digits, where a result stands alone

// A number with that many significant digits; scientific where it would be long.
export function format(value, digits = DIGITS) {
  if (typeof value === "string") return value; // "nan", "inf", "-inf" come from Python as words
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size >= 1e-3 && size < 10 ** Math.max(digits, DIGITS);
  const text = plain
    ? String(Number(value.toPrecision(digits)))
    : tidyExponent(value.toExponential(Math.max(0, Math.min(digits, DIGITS + 1) - 3)));
  return text.replaceAll("-", "−");
}

// A number with as many digits, up to 5, as there is room for, which is 6 characters or more.
export function fit(value, room) {
  if (typeof value === "string") return value;
  const texts = [5, 4, 3, 2, 1].map((digits) => format(value, digits));
  const bound = value < 0 ? ">−1e−99" : "<1e−99"; // for what is smaller still
  const last = Math.abs(value) < 1e-99 ? [bound, value < 0 ? "≈−0" : "≈0"] : [];
  return [...texts, ...last].find((text) => text.length <= room) ?? texts.at(-1);
}

// A probability from its logarithm where it is below the smallest float, so that it still shows.
export function formatProbability(value, logarithm, room = Infinity) {
  if (value !== 0) return fit(value, room);
  const text = `1e−${Math.round(-logarithm / Math.LN10)}`;
  return text.length <= room ? text : "<1e−99";
}

// What a person typed, as a number; NaN where it is none.
export function parse(text) {
  const plain = text.trim().replaceAll("−", "-").replace(/^(-?\d*),(\d+)$/, "$1.$2");
  return plain === "" ? NaN : Number(plain);
}

function tidyExponent(text) {
  const [mantissa, exponent] = text.split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}
