// Where everything stands in the picture, in em, for layers of the given sizes. Pure, so that a
// test can look for overlaps at every size.

import { range } from "./engine.js";

export const FEATURE = { width: 5, height: 3.2 };
export const UNIT = { width: 9.6, height: 6.6 };
export const WEIGHT = { width: 4.8, height: 2.7 };
const BARE_WEIGHT = 1.6; // its height without the gradient below it
const MOST_WEIGHTS = 9; // between two layers, with their gradients
const GAP = 0.6;
const MOST_COLUMNS = 4;

const spread = (index, count) => (count === 1 ? 0.5 : index / (count - 1));

export function layout(sizes) {
  const boxes = sizes.map((_, layer) => (layer === 0 ? FEATURE : UNIT));
  const span = Math.max(...sizes.map((n, layer) => (n - 1) * (boxes[layer].height + GAP)));
  const bare = sizes.slice(1).some((m, k) => m * sizes[k] > MOST_WEIGHTS);
  const tall = bare ? BARE_WEIGHT : WEIGHT.height;
  const bands = sizes.slice(1).map((m, k) => band(sizes[k], m, span, tall));
  const length = Math.max(span, ...bands.map((b) => b.length));
  const top = UNIT.height / 2;
  const nodes = [];
  const edges = [];
  let left = 0;
  sizes.forEach((count, layer) => {
    const { width, height } = boxes[layer];
    const at = (index, n) => top + length * spread(index, n);
    for (const i of range(count)) {
      nodes.push({ layer, index: i, x: left, y: at(i, count) - height / 2, width, height });
    }
    left += width;
    if (layer === bands.length) return;
    const { width: wide, places } = bands[layer];
    for (const i of range(count))
      for (const j of range(sizes[layer + 1])) {
        const [y1, y2] = [at(i, count), at(j, sizes[layer + 1])];
        const t = places[j];
        const label = { x: left + wide * t, y: y1 + (y2 - y1) * t };
        edges.push({ layer, i, j, x1: left, y1, x2: left + wide, y2, label });
      }
    left += wide;
  });
  return { width: left, height: length + UNIT.height, nodes, edges, bare, tall };
}

// The space between two layers: each weight stands on its edge, those into unit j at places[j] of
// the way, so that no two cover each other. More weights stand in more columns.
function band(n, m, span, tall) {
  let best = null;
  for (const columns of range(MOST_COLUMNS).map((k) => k + 1)) {
    const width = columns * (WEIGHT.width + 0.4) + 2.6;
    const { gap, places } = columnPlaces(n, m, columns, width);
    const length = gap === Infinity ? 0 : tall / gap;
    if (!best || length < best.length * 0.8) best = { width, length, places };
    if (best.length <= span * 1.4) break;
  }
  return best;
}

function columnPlaces(n, m, columns, width) {
  const margin = (WEIGHT.width / 2 + 0.1) / width;
  const apart = (WEIGHT.width + 0.3) / width;
  const candidates = range(101).map((k) => k / 100).filter((t) => t >= margin && t <= 1 - margin);
  const gaps = range(columns).map((c) => new Map(candidates.map((t) => [t, smallestGap(n, m, columns, c, t)])));
  const wanted = [...new Set(gaps.flatMap((g) => [...g.values()]))].sort((a, b) => b - a);
  for (const gap of wanted) {
    const chosen = [];
    for (const column of gaps) {
      const from = chosen.length ? chosen.at(-1) + apart : 0;
      chosen.push(candidates.find((t) => t >= from && column.get(t) >= gap));
      if (chosen.at(-1) === undefined) break;
    }
    if (chosen.at(-1) !== undefined)
      return { gap, places: range(m).map((j) => chosen[j % columns]) };
  }
  return { gap: 1e-9, places: range(m).map(() => 0.5) };
}

// The smallest distance between two weights of one column, in parts of the layers' length.
function smallestGap(n, m, columns, column, t) {
  const heights = range(m)
    .filter((j) => j % columns === column)
    .flatMap((j) => range(n).map((i) => (1 - t) * spread(i, n) + t * spread(j, m)))
    .sort((a, b) => a - b);
  return heights.slice(1).reduce((gap, y, k) => Math.min(gap, y - heights[k]), Infinity);
}
