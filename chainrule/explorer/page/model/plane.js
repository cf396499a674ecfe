// The plane of two features: which class the present parameters give to each point, and where one
// class ends and the next begins. Pure.

import { ACTIVATIONS } from "./activations.js";
import { MOST_STACKED, range, targets } from "./engine.js";

// A batch of two features is seen in their plane, where it is too large for figures of all.
export const hasPlane = ({ x }) => x.length > MOST_STACKED && x[0].length === 2;

const ROWS = 30; // between lines on which the classes are looked for; there borders are straight
const DEPTH = 4; // how often such a band is halved where that is not enough
const COLUMNS = 36; // points of a line that are looked at first
const HALVINGS = 12; // of the gap between two of them, where the class changes

// The ends of both axes: all features, as they are and as they were at the beginning, with a margin.
export function ends({ x, _start }) {
  return range(2).map((axis) => {
    const all = [...x, ...(_start?.x ?? [])].map((row) => row[axis]).filter(Number.isFinite);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const margin = 0.15 * (high - low) || 1;
    return [low - margin, high + margin];
  });
}

// The class with the largest logit at a point. Made once for many points, so it copies nothing.
export function classifier({ parameters, activation }) {
  const [W, b] = parameters.slice(-2);
  const [W1, b1] = parameters;
  const { act } = ACTIVATIONS[activation];
  const deep = parameters.length === 4;
  return (p, q) => {
    const input = deep ? b1[0].map((bias, j) => act(p * W1[0][j] + q * W1[1][j] + bias)) : [p, q];
    let [best, most] = [0, -Infinity];
    for (let j = 0; j < b[0].length; j++) {
      let sum = b[0][j];
      for (let k = 0; k < input.length; k++) sum += input[k] * W[k][j];
      if (sum > most) [best, most] = [j, sum];
    }
    return best;
  };
}

// Along one line, each class in turn and where it begins.
function runsAlong(at, from, to) {
  const found = [{ from, winner: at(from) }];
  for (let k = 1; k <= COLUMNS; k++) {
    let [low, high] = [k - 1, k].map((step) => from + ((to - from) * step) / COLUMNS);
    const [before, after] = [found.at(-1).winner, at(high)];
    if (before === after) continue;
    for (let n = 0; n < HALVINGS; n++) {
      const middle = (low + high) / 2;
      if (at(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ from: high, winner: after });
  }
  return found.map((run, k) => ({ ...run, to: found[k + 1]?.from ?? to }));
}

// Four-cornered pieces of each class's region, and the pieces of the borders, in the features' units.
// Between two lines with other classes one more is looked at, and so on; at last each has half of
// the way between them.
export function regions(state, [[left, right], [low, high]] = ends(state)) {
  const winner = classifier(state);
  const line = (y) => ({ y, runs: runsAlong((p) => winner(p, y), left, right) });
  const pieces = [];
  const borders = [];
  const band = (above, below, y1, y2) =>
    above.forEach((run, k) => {
      const other = below[k];
      pieces.push({ winner: run.winner, corners: [[run.from, y1], [run.to, y1], [other.to, y2], [other.from, y2]] });
      if (k) borders.push([[run.from, y1], [other.from, y2]]);
    });
  function between(one, two, depth) {
    const [a, b] = [one.runs, two.runs];
    const middle = (one.y + two.y) / 2;
    if (a.length === b.length && a.every((run, n) => run.winner === b[n].winner)) band(a, b, one.y, two.y);
    else if (depth === 0) {
      band(a, a, one.y, middle);
      band(b, b, middle, two.y);
    } else {
      const half = line(middle);
      between(one, half, depth - 1);
      between(half, two, depth - 1);
    }
  }
  const lines = range(ROWS + 1).map((k) => line(low + ((high - low) * k) / ROWS));
  for (let k = 0; k < ROWS; k++) between(lines[k], lines[k + 1], DEPTH);
  return { pieces, borders };
}

// How many of the examples are given their own class.
export function countRight(state) {
  const winner = classifier(state);
  return targets(state).filter((target, n) => winner(...state.x[n]) === target).length;
}
