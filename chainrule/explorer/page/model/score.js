// What to say of predictions: how far off one was, and how a lesson's went.

import { format } from "./format.js";
import { isRight } from "./state.js";

export function howFarOff(guess, value) {
  if (isRight(guess, value)) return "right";
  const off = `off by ${format(Math.abs(guess - value), 3)}`;
  if (guess * value < 0) return `${off}, the other sign`;
  const larger = Math.abs(guess) > Math.abs(value);
  const ratio = larger ? guess / value : value / guess;
  const times = Number.isFinite(ratio) && ratio >= 1.5 ? ` by a factor of ${format(ratio, 2)}` : "";
  return `${off}, too ${larger ? "large" : "small"}${times}`;
}

// "2 of 5 right, 4 with the right sign"; "" before the first prediction.
export function tally(score) {
  if (score.length === 0) return "";
  const right = score.filter(({ guess, value }) => isRight(guess, value)).length;
  const signs = score.filter(({ guess, value }) => Math.sign(guess) === Math.sign(value)).length;
  return `${right} of ${score.length} right, ${signs} with the right sign`;
}
