// Numbers as text: short, of even width, and never 0 for what is only small.

const DIGITS = 5;

// A number in at most ten characters: 5 significant digits, or scientific with 3.
export function format(value, digits = DIGITS) {
  if (typeof value === "string") return value; // "nan", "inf", "-inf" come from Python as words
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size >= 1e-3 && size < 10 ** digits;
  const text = plain
    ? String(Number(value.toPrecision(digits)))
    : tidyExponent(value.toExponential(digits > DIGITS ? digits - 1 : 2));
  return text.replaceAll("-", "−");
}

// A probability from its logarithm, so that one below the smallest float still shows.
export function formatProbability(value, logarithm) {
  if (value !== 0) return format(value);
  return `1e−${Math.round(-logarithm / Math.LN10)}`;
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
