// Where everything stands in the picture, in pixels, for layers of the given sizes in the room that
// there is. Pure, so that a test can look for overlaps at every size.
//
// There are two arrangements. Open, a unit's two values stand side by side, so that every array has
// a column of its own below its phase; folded, one above the other, which takes less width and more
// height. Figures get the size that is wanted, with as many digits as that leaves room for; where
// even few digits are too wide, figures are as large as they can be.

import { range } from "./engine.js";
import { phases } from "./phases.js";

export const SMALLEST = 11; // of the figures; below that the picture scrolls
const DIGIT = 0.602; // width of a digit in parts of its height, in the fonts that are used
const GAP = 0.42; // between boxes, in parts of a figure
const TARGET = 24; // what a finger can hit, at least
const PILL = 0.85; // a figure on an edge, in parts of a figure
const WAYS = [[false, 8], [false, 7], [false, 6], [true, 8], [true, 7], [true, 6]].map(
  ([folded, digits]) => ({ folded, digits }),
);

// `room` has width, height, and the sizes wanted for figures and labels; where it scrolls, figures
// that would become much too small for its height are made larger, and it is left to be scrolled.
// Of `shows`, `tall` asks for a second line in each cell of the matrices, and `gradients` for the
// matrices of the gradients; there is room for these in any case, so that the figures keep their
// size when the pass turns back. `rows` says how many examples stand one below the other in a unit.
export function layout(sizes, room, shows = { tall: false, gradients: true, rows: 1 }) {
  const best = chosen(sizes, room, shows);
  const small = !best.fits || best.figure < 0.85 * room.figure;
  if (!room.scrolls || !small) return best;
  return chosen(sizes, { ...room, height: Infinity }, shows);
}

function chosen(sizes, room, shows) {
  const plans = WAYS.map((way) => largest(sizes, room, shows, way));
  const good = plans.find((plan) => plan.fits && plan.figure >= 0.93 * room.figure);
  const fitting = plans.filter((plan) => plan.fits);
  const best = (fitting.length ? fitting : plans).reduce((a, b) => (b.figure > a.figure ? b : a));
  return good ?? best;
}

// The plan with the largest figures up to a little more than what is wanted.
function largest(sizes, room, shows, way) {
  const at = (figure) => planned(sizes, room, shows, { ...way, figure });
  let [low, high] = [SMALLEST, Math.max(SMALLEST, 1.2 * room.figure)];
  if (!at(low).fits) return at(low);
  if (at(high).fits) return at(high);
  while (high - low > 0.25) {
    const middle = (low + high) / 2;
    if (at(middle).fits) low = middle;
    else high = middle;
  }
  return at(low);
}

function planned(sizes, room, shows, { folded, digits, figure }) {
  const m = measures(figure, room.label, digits, folded, shows.tall);
  m.rows = shows.rows ?? 1;
  if (m.rows > 1) m.full += 0.25 * figure; // so that it is seen what belongs to which example
  const columns = columnsOf(sizes, m);
  const least = columns.reduce((sum, column) => sum + column.width, 0) + (sizes.length - 1) * m.band;
  const blocks = blocksOf(sizes, m);
  const widest = Math.max(least, ...blocks.map((block) => block.width));
  const width = Math.max(room.width, widest);
  const band = m.band + Math.min((width - least) / (sizes.length - 1), 2.5 * m.band);
  const used = least + (sizes.length - 1) * (band - m.band);
  const rail = rails(sizes, columns, band, (width - used) / 2, width, m);
  const top = rail.height + m.gap;
  const net = network(sizes, columns, band, (width - used) / 2, top, m);
  const below = top + net.height + m.gap;
  const all = packed(blocks, net.bands, width, below, m);
  const forward = blocks.filter((block) => !block.weights.startsWith("grad_"));
  const matrices = shows.gradients ? all : packed(forward, net.bands, width, below, m);
  const height = matrices.bottom;
  const fits = widest <= room.width + 1e-6 && all.bottom <= room.height && rail.fits;
  return {
    ...{ ...net, width, height, fits, folded, digits, figure, label: room.label },
    ...{ rails: rail, blocks: matrices.blocks, measures: m },
  };
}

function measures(figure, label, digits, folded, tall) {
  const cell = Math.ceil(digits * DIGIT * figure + 0.15 * figure) + 8; // 8 for borders and gaps
  const gap = GAP * figure;
  const value = Math.max(TARGET, 1.2 * figure);
  const bar = Math.max(4, 0.16 * figure);
  const gradient = Math.max(TARGET, 0.95 * figure);
  const second = Math.max(13, 0.9 * label); // a second line, which is a label
  const secondFont = Math.min(0.92 * second, (cell - 8) / ((digits + 1) * DIGIT));
  const pill = {
    width: Math.ceil(digits * DIGIT * PILL * figure + 1.2 * figure),
    height: Math.max(TARGET, 1.3 * figure) + Math.max(TARGET, 0.9 * figure) + 6,
  };
  return {
    ...{ figure, label, digits, folded, cell, gap, value, bar, gradient, pill, second, secondFont },
    pad: 0.15 * figure,
    full: value + bar + gradient + 0.2 * figure, // a value with its bar and its gradient
    title: folded ? Math.max(TARGET + 2, 1.6 * label) : Math.max(TARGET, 7.9 * DIGIT * label + 6),
    bend: folded ? 0 : 1.9 * figure,
    caption: 1.6 * label,
    row: Math.max(TARGET + 2, 1.32 * figure) + (tall ? second : 0),
    band: pill.width + 0.8 * figure,
  };
}

// The columns from left to right: the features, each layer's units, and open also the loss.
function columnsOf(sizes, m) {
  const title = m.folded ? 0 : m.title;
  return sizes.map((count, layer) => {
    const [first, last] = [layer === 0, layer === sizes.length - 1];
    const pair = m.folded ? m.cell : 2 * m.cell + m.bend;
    const box = (first ? m.cell : pair) + title + 2 * m.pad;
    const loss = last && !m.folded ? m.bend + m.cell + 2 * m.pad : 0;
    const one = m.value + m.bar + 0.2 * m.figure;
    const full = m.rows * m.full;
    const stacked = m.folded ? 2 * (full + m.caption) : full;
    const height = (first ? m.rows * one : stacked) + 2 * m.pad + (m.folded ? m.title : 0);
    return { count, box, width: box + loss, height };
  });
}

function network(sizes, columns, band, left, top, m) {
  const tallest = Math.max(...columns.map((c) => c.count * c.height + (c.count - 1) * m.gap));
  const units = [];
  const cells = [];
  const bands = [];
  let x = left;
  columns.forEach((column, layer) => {
    const pitch = (tallest + m.gap) / column.count;
    for (const index of range(column.count)) {
      const y = top + pitch * index + (pitch - m.gap - column.height) / 2;
      const unit = { layer, index, x, y, width: column.box, height: column.height };
      units.push(unit);
      cells.push(...cellsOf(unit, layer, sizes.length, m));
    }
    if (layer < sizes.length - 1) bands.push({ x: x + column.width, width: band });
    x += column.width + band;
  });
  const last = columns.at(-1);
  const right = x - band - last.width;
  const loss = m.folded
    ? { x: right, y: top + tallest + m.gap, width: last.box, height: m.value + m.caption + 2 * m.pad }
    : { x: right + last.box + m.bend, y: top + tallest / 2 - m.full / 2, width: last.width - last.box - m.bend, height: m.value + m.caption + 2 * m.pad };
  const ends = { top, bottom: top + tallest };
  const height = tallest + (m.folded ? m.gap + loss.height : 0);
  return { units, cells, bands, loss, ends, edges: edgesOf(sizes, units, m), height };
}

const ARRAYS = { first: ["x"], hidden: ["hidden_pre", "hidden_act"], last: ["logits", "probs"] };

// The values in a unit's box: where the number stands, its bar and the strip of its gradient; one
// below the other for each example that is shown.
function cellsOf(unit, layer, count, m) {
  const names = ARRAYS[layer === 0 ? "first" : layer === count - 1 ? "last" : "hidden"];
  const one = layer ? m.full : m.value + m.bar + 0.2 * m.figure;
  return names.flatMap((name, k) => {
    const x = unit.x + m.pad + (m.folded ? 0 : m.title + k * (m.cell + m.bend));
    const above = m.folded ? m.title + (layer ? m.caption + k * (m.rows * m.full + m.caption) : 0) : 0;
    const size = { width: m.cell, height: layer ? m.full : m.value + m.bar };
    return range(m.rows).map((row) => {
      const y = unit.y + m.pad + above + row * one;
      return { name, index: unit.index, row, layer, x, y, ...size };
    });
  });
}

// Each weight as a curve between two boxes. Where several meet a box, they do so side by side.
function edgesOf(sizes, units, m) {
  const of = (layer) => units.filter((unit) => unit.layer === layer);
  const fan = (unit, k, count) => {
    const step = Math.min(0.45 * m.figure, (0.6 * unit.height) / count);
    return unit.y + unit.height / 2 + (k - (count - 1) / 2) * step;
  };
  return sizes.slice(1).flatMap((_, layer) =>
    of(layer).flatMap((from, i) =>
      of(layer + 1).map((to, j) => ({
        ...{ layer, i, j, x1: from.x + from.width, x2: to.x },
        ...{ y1: fan(from, j, sizes[layer + 1]), y2: fan(to, i, sizes[layer]) },
      })),
    ),
  );
}

// The curve of an edge as an SVG path, and the point at a part t of its way.
export function curve({ x1, y1, x2, y2 }) {
  const middle = (x1 + x2) / 2;
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}C${middle.toFixed(1)} ${y1.toFixed(1)} ${middle.toFixed(1)} ${y2.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
}

export function pointAt({ x1, y1, x2, y2 }, t) {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
  const middle = (x1 + x2) / 2;
  return { x: a * x1 + (b + c) * middle + d * x2, y: (a + b) * y1 + (c + d) * y2 };
}

// A matrix with its bias below it, and the same for their gradients.
function blocksOf(sizes, m) {
  const names = sizes.length === 2 ? [["W", "b"]] : [["W1", "b1"], ["W2", "b2"]];
  return names.flatMap(([weights, bias], layer) => {
    const [rows, columns] = [sizes[layer], sizes[layer + 1]];
    const size = {
      ...{ layer, rows, columns, width: columns * m.cell, row: m.row, caption: m.caption },
      height: 2 * m.caption + (rows + 1) * m.row,
    };
    return [
      { ...size, weights, bias },
      { ...size, weights: `grad_${weights}`, bias: `grad_${bias}` },
    ];
  });
}

// The matrices in as few rows as there is room for: all, a layer's two, or one a row. A layer's
// matrices stand below its edges as nearly as can be.
function packed(blocks, bands, width, top, m) {
  const pairs = bands.map((_, layer) => blocks.filter((block) => block.layer === layer));
  const least = m.gap;
  const wide = (row, gap) => row.reduce((sum, block) => sum + block.width, 0) + (row.length - 1) * gap;
  const options = [[blocks], pairs, blocks.map((block) => [block])];
  const rows = options.find((option) => option.every((row) => wide(row, least) <= width)) ?? options.at(-1);
  const placed = [];
  let y = top;
  for (const row of rows) {
    const free = (width - wide(row, 0)) / Math.max(1, row.length - 1);
    const gap = Math.min(Math.max(least, free), 3 * m.gap);
    const groups = bands
      .map((band, layer) => ({ band, members: row.filter((block) => block.layer === layer) }))
      .filter((group) => group.members.length);
    const spans = groups.map(({ band, members }) => ({ at: band.x + band.width / 2, width: wide(members, gap) }));
    spread(spans, width, gap).forEach((left, k) => {
      let x = left;
      for (const block of groups[k].members) {
        placed.push({ ...block, x, y });
        x += block.width + gap;
      }
    });
    y += Math.max(...row.map((block) => block.height)) + m.gap;
  }
  return { blocks: placed, bottom: y - m.gap };
}

// The left ends of spans, each as near to its wanted place as order, gaps and both ends allow.
export function spread(spans, width, gap) {
  const lefts = [];
  spans.forEach(({ at, width: wide }, k) => {
    const free = k ? lefts[k - 1] + spans[k - 1].width + gap : 0;
    lefts.push(Math.max(free, at - wide / 2));
  });
  for (let k = spans.length - 1, end = width; k >= 0; k--) {
    lefts[k] = Math.max(0, Math.min(lefts[k], end - spans[k].width));
    end = lefts[k] - gap;
  }
  return lefts;
}

// The phases over the columns that they fill: forward above, backward below it, from right to left.
function rails(sizes, columns, band, left, width, m) {
  const layers = sizes.length - 1;
  const order = phases(layers);
  const turn = order.indexOf("grad_logits");
  const starts = columns.map((_, k) => left + columns.slice(0, k).reduce((sum, c) => sum + c.width + band, 0));
  const within = (layer, k) =>
    starts[layer] + m.pad + (m.folded ? m.cell / 2 : m.title + k * (m.cell + m.bend) + m.cell / 2);
  const between = (layer) => starts[layer] + columns[layer].width + band / 2;
  const at = {
    ...{ x: within(0, 0), update: within(0, 0) },
    ...{ hidden_pre: within(1, 0), hidden_act: within(1, 1), logits: within(layers, 0) },
    ...{ probs: within(layers, 1), loss: within(layers, 2) },
    ...{ W: between(0), W1: between(0), W2: between(layers - 1) },
    ...{ b: between(0), b1: between(0), b2: between(layers - 1) },
  };
  const wanted = (name) => at[name.replace("grad_", "")];
  const forward = oneRail(order.slice(0, turn), wanted, width, m.label);
  const backward = oneRail(order.slice(turn).reverse(), wanted, width, m.label);
  const below = forward.height + 4;
  const items = [
    ...forward.items.map((item) => ({ ...item, y: 0, backward: false })),
    ...backward.items.map((item) => ({ ...item, y: below, backward: true })),
  ];
  return { items, height: below + backward.height, fits: forward.fits && backward.fits };
}

// Names in one line where there is room, else one part of a name below the other.
function oneRail(names, wanted, width, label) {
  const gap = 2;
  const needed = (text) => Math.max(TARGET, Math.ceil(text.length * DIGIT * label + 6));
  for (const split of [false, true]) {
    const spans = names.map((name) => {
      const parts = split ? name.split(/(?<=_)/) : [name];
      return { name, at: wanted(name), lines: parts.length, width: Math.max(...parts.map(needed)) };
    });
    const total = spans.reduce((sum, span) => sum + span.width + gap, -gap);
    if (total > width && !split) continue;
    const height = Math.max(TARGET, Math.max(...spans.map((s) => s.lines)) * 1.2 * label + 8);
    const lefts = spread(spans, width, gap);
    const items = spans.map((span, k) => ({ name: span.name, x: lefts[k], width: span.width, height }));
    return { items, height, fits: total <= width };
  }
}

// Where figures stand on their edges, each in the first free place of its way, between the top and
// the bottom of the network.
export function pills(edges, { width, height }, { top, bottom }) {
  const boxes = [];
  const ways = [0.5, 0.38, 0.62, 0.3, 0.7, 0.22, 0.78];
  return edges.map((edge) => {
    const places = ways.map((t) => {
      const { x, y } = pointAt(edge, t);
      const left = Math.min(Math.max(x - width / 2, edge.x1 + 2), edge.x2 - width - 2);
      return { x: left, y: Math.min(Math.max(y - height / 2, top), bottom - height) };
    });
    const covered = (a) =>
      boxes.reduce((sum, b) => {
        const across = width - Math.abs(a.x - b.x);
        const down = height - Math.abs(a.y - b.y);
        return across > 0 && down > 0 ? sum + across * down : sum;
      }, 0);
    const best = places.reduce((a, b) => (covered(b) < covered(a) ? b : a));
    boxes.push(best);
    return { ...best, width, height };
  });
}
