// The weights as curves: colour and dash say the sign, width the size. Around a curve, as soon as it
// is computed, a tube of two lines says the same of the weight's gradient. Also the small drawings
// between a unit's two values: the activation with the point where it stands, and the softmax's paths.

import { mark, setAttribute, shape } from "./dom.js";
import { ACTIVATIONS } from "../model/activations.js";
import { parameterNames, range, shown, targets } from "../model/engine.js";
import { twin } from "../model/entry.js";
import { curve } from "../model/layout.js";

export function edges(state, plan, act) {
  const names = parameterNames(state.parameters);
  const el = shape("svg", { class: "edges", "aria-hidden": "true" });
  const layers = ["links", "halos", "tubes", "insides", "weights", "touches"].map((name) => {
    const group = shape("g", { class: name });
    el.append(group);
    return group;
  });
  const drawn = plan.edges.map((edge) => edgeOf(edge, `${names[2 * edge.layer]}[${edge.i},${edge.j}]`, layers, act));
  const small = drawings(state, layers[0], plan);
  return {
    el,
    place(now) {
      setAttribute(el, "style", `width:${now.width}px;height:${now.height}px`);
      setAttribute(el, "viewBox", `0 0 ${now.width} ${now.height}`);
      drawn.forEach((edge, k) => edge.place(curve(now.edges[k])));
      small.place(now);
    },
    update(scene, now) {
      const weights = names.filter((name) => name.startsWith("W"));
      const largest = largestIn(scene, weights);
      const steepest = largestIn(scene, weights.map(twin));
      for (const edge of drawn) edge.update(scene, now, largest, steepest);
      small.update(scene, now);
    },
  };
}

const sizesFound = new WeakMap(); // what was found in a scene, which many ask for

export function largestIn(scene, names) {
  if (!sizesFound.has(scene)) sizesFound.set(scene, {});
  const found = sizesFound.get(scene);
  const all = () => names.flatMap((name) => scene.values[name]?.flat() ?? []);
  return (found[names] ??= Math.max(0, ...all().map(Math.abs)));
}

function edgeOf({ layer }, id, layers, act) {
  const [, halos, tubes, insides, weights, touches] = layers;
  const lines = {
    halo: shape("path", { class: "halo" }),
    tube: shape("path", { class: "tube" }),
    inside: shape("path", { class: "inside" }),
    weight: shape("path", { class: "edge" }),
    touch: shape("path", { class: "touch", "data-entry": id }),
  };
  [halos, tubes, insides, weights, touches].forEach((group, k) => group.append(Object.values(lines)[k]));
  lines.touch.addEventListener("click", () => act.select(id));
  lines.touch.addEventListener("dblclick", () => act.pin(id));
  return {
    layer,
    place(d) {
      for (const line of Object.values(lines)) setAttribute(line, "d", d);
    },
    update(scene, { figure }, largest, steepest) {
      const weight = scene.value(id);
      const gradient = scene.shows(twin(id)) ? scene.value(twin(id)) : 0;
      const share = (value, most) => (most > 0 ? Math.sqrt(Math.abs(value) / most) : 0);
      const width = 1.2 + 0.16 * figure * share(weight, largest);
      const inner = width + 2 + 0.22 * figure * share(gradient, steepest);
      setAttribute(lines.weight, "stroke-width", width.toFixed(2));
      setAttribute(lines.inside, "stroke-width", inner.toFixed(2));
      setAttribute(lines.tube, "stroke-width", (inner + 3).toFixed(2));
      setAttribute(lines.halo, "stroke-width", (inner + 0.5 * figure).toFixed(2));
      mark(lines.weight, { positive: weight > 0, negative: weight < 0 });
      mark(lines.tube, { positive: gradient > 0, negative: gradient < 0 });
      mark(lines.inside, { open: gradient !== 0 });
      mark(lines.halo, scene.lit(id));
    },
  };
}

// The activation's bends, softmax paths and the paths to the loss: of each example that is shown, but
// where they are too many to stand one below the other.
function drawings(state, group, plan) {
  const rows = shown(state);
  const id = (name, { index, row }) => `${name}[${rows[row]},${index}]`;
  const few = plan.measures.rows === rows.length;
  const of = (name) => plan.cells.filter((cell) => cell.name === name);
  const bends = of("hidden_act").map(({ index, row }) => ({
    ...{ index, row, axes: shape("path", { class: "axes" }), bend: shape("path", { class: "bend" }) },
    ...{ slope: shape("path", { class: "slope" }), point: shape("circle", { class: "point" }) },
  }));
  for (const { axes, bend, slope, point } of bends) group.append(axes, bend, slope, point);
  // Of several examples there would be more paths than can be told apart.
  const from = rows.length <= 1 || !few ? of("logits") : [];
  const pairs = from.flatMap((one) => of("probs").map((to) => ({ from: one, to })));
  const paths = [...pairs, ...range(plan.measures.rows)].map(() => shape("path", { class: "link" }));
  group.append(...paths);
  const middle = (cell, now) => cell.y + now.measures.value / 2;
  let squares = [];
  return {
    place(now) {
      const cell = (name, index, row) => now.cells.find((c) => c.name === name && c.index === index && c.row === row);
      squares = bends.map(({ index, row, axes, bend }) => {
        const to = cell("hidden_act", index, row);
        const size = now.folded ? now.measures.caption * 0.5 : now.measures.bend * 0.34;
        const x = now.folded ? to.x + to.width - size - 2 : to.x - now.measures.bend / 2;
        const y = now.folded ? to.y - now.measures.caption / 3 : middle(to, now) + size / 2;
        const seen = !now.folded || row === 0;
        setAttribute(axes, "d", seen ? `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}` : "");
        setAttribute(bend, "d", seen ? bendOf(state.activation, x, y, size) : "");
        return { x, y, size, seen };
      });
      pairs.forEach(({ from, to }, k) => {
        const [a, b] = [cell("logits", from.index, from.row), cell("probs", to.index, to.row)];
        const ends = { x1: a.x + a.width + 2, x2: b.x - 2, y1: middle(a, now), y2: middle(b, now) };
        setAttribute(paths[k], "d", now.folded ? "" : curve(ends));
      });
    },
    update(scene, now) {
      const most = bends.length ? largestIn(scene, ["hidden_pre"]) : 0;
      bends.forEach((one, k) => {
        const { point, bend, slope } = one;
        const { x, y, size, seen } = squares[k];
        const shows = seen && few && scene.shows(id("hidden_pre", one));
        // A curve has its own scale, since where it bends is what matters; two lines have the layer's.
        const scale = straight(state.activation) ? most : REACH;
        const pre = scene.value(id("hidden_pre", one));
        const at = scale ? Math.min(Math.max(pre / scale, -1), 1) : 0;
        const high = drawn(state.activation, at);
        const [cx, cy] = [x + at * size, y - high * size];
        setAttribute(point, "cx", cx);
        setAttribute(point, "cy", cy);
        setAttribute(point, "r", Math.max(2.5, now.figure * 0.13));
        setAttribute(point, "visibility", shows ? "visible" : "hidden");
        mark(bend, { on: scene.shows(id("hidden_act", one)) });
        const tangent = shows && scene.shows(id("grad_hidden_pre", one)) && scene.value(id("hidden_slope", one));
        const steep = straight(state.activation) ? Math.max(tangent, SEEN_LEAK) : tangent * REACH;
        setAttribute(slope, "d", typeof tangent === "number" ? tangentAt(cx, cy, steep, size) : "");
      });
      const soft = scene.shows(id("probs", { index: 0, row: 0 }));
      paths.forEach((path) => mark(path, { on: soft }));
      for (const row of range(now.measures.rows)) {
        const target = targets(scene.state)[rows[row]];
        const from = now.cells.find((c) => c.name === "probs" && c.index === target && c.row === row);
        const ends = {
          ...{ x1: from.x + from.width + 2, x2: now.loss.x },
          ...{ y1: middle(from, now), y2: now.loss.y + now.loss.height / 2 },
        };
        const path = paths[pairs.length + row];
        setAttribute(path, "d", now.folded || !few ? "" : curve(ends));
        mark(path, { on: scene.shows("loss") });
      }
    },
  };
}

const REACH = 4; // how far a curve is drawn to either side, in pre-activations
const SEEN_LEAK = 0.12; // a hundredth would be a line on the axis, so the leak is drawn larger than it is
const straight = (activation) => /relu/.test(activation);

// The height of the drawing at a part of its half width, in parts of that.
function drawn(activation, part) {
  if (activation === "relu") return Math.max(part, 0);
  if (activation === "leaky_relu") return part > 0 ? part : SEEN_LEAK * part;
  return ACTIVATIONS[activation].act(part * REACH);
}

function bendOf(activation, x, y, size) {
  const parts = straight(activation) ? [-1, 0, 1] : range(25).map((k) => (k - 12) / 12);
  const points = parts.map((part) => `${x + part * size} ${y - drawn(activation, part) * size}`);
  return `M${points.join("L")}`;
}

// A short line of that slope through the point, as long whatever its slope.
function tangentAt(x, y, slope, size) {
  const part = (0.75 * size) / Math.hypot(1, slope);
  return `M${(x - part).toFixed(1)} ${(y + slope * part).toFixed(1)}L${(x + part).toFixed(1)} ${(y - slope * part).toFixed(1)}`;
}
