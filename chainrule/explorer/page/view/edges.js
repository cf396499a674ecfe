// The weights as curves: colour and dash say the sign, width the size. Around a curve, as soon as it
// is computed, a tube of two lines says the same of the weight's gradient. Also the small drawings
// between a unit's two values: the ReLU with the point where it stands, and the softmax's paths.

import { mark, setAttribute, shape } from "./dom.js";
import { parameterNames } from "../model/engine.js";
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
  const small = drawings(state, layers[0]);
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

export function largestIn(scene, names) {
  const all = names.flatMap((name) => scene.values[name]?.flat() ?? []);
  return Math.max(0, ...all.map(Math.abs));
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

// ReLU bends, softmax paths and the path to the loss.
function drawings(state, group) {
  const deep = state.parameters.length === 4;
  const classes = state.parameters.at(-1)[0].length;
  const hidden = deep ? state.parameters[1][0].length : 0;
  const bends = Array.from({ length: hidden }, (_, index) => ({
    index,
    axes: shape("path", { class: "axes" }),
    bend: shape("path", { class: "bend" }),
    point: shape("circle", { class: "point" }),
  }));
  for (const { axes, bend, point } of bends) group.append(axes, bend, point);
  const paths = Array.from({ length: classes * classes + 1 }, () => shape("path", { class: "link" }));
  group.append(...paths);
  const middle = (cell, plan) => cell.y + plan.measures.value / 2;
  let squares = [];
  return {
    place(plan) {
      const cell = (name, index) => plan.cells.find((c) => c.name === name && c.index === index);
      squares = bends.map(({ index, axes, bend }) => {
        const act = cell("hidden_act", index);
        const size = plan.folded ? plan.measures.caption * 0.5 : plan.measures.bend * 0.34;
        const x = plan.folded ? act.x + act.width - size - 2 : act.x - plan.measures.bend / 2;
        const y = plan.folded ? act.y - plan.measures.caption / 3 : middle(act, plan) + size / 2;
        setAttribute(axes, "d", `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}`);
        setAttribute(bend, "d", `M${x - size} ${y}H${x}L${x + size} ${y - size}`);
        return { x, y, size };
      });
      let k = 0;
      for (let i = 0; i < classes; i++)
        for (let j = 0; j < classes; j++) {
          const [from, to] = [cell("logits", i), cell("probs", j)];
          const ends = { x1: from.x + from.width + 2, x2: to.x - 2, y1: middle(from, plan), y2: middle(to, plan) };
          setAttribute(paths[k++], "d", plan.folded ? "" : curve(ends));
        }
    },
    update(scene, plan) {
      const most = hidden ? largestIn(scene, ["hidden_pre"]) : 0;
      bends.forEach(({ index, point, bend }, k) => {
        const { x, y, size } = squares[k];
        const shown = scene.shows(`hidden_pre[0,${index}]`);
        const at = most ? scene.value(`hidden_pre[0,${index}]`) / most : 0;
        setAttribute(point, "cx", x + at * size);
        setAttribute(point, "cy", y - Math.max(0, at) * size);
        setAttribute(point, "r", Math.max(2.5, plan.figure * 0.13));
        setAttribute(point, "visibility", shown ? "visible" : "hidden");
        mark(bend, { on: scene.shows(`hidden_act[0,${index}]`) });
      });
      const soft = scene.shows("probs[0,0]");
      paths.forEach((path) => mark(path, { on: soft }));
      const from = plan.cells.find((c) => c.name === "probs" && c.index === scene.state.target);
      const ends = {
        ...{ x1: from.x + from.width + 2, x2: plan.loss.x },
        ...{ y1: middle(from, plan), y2: plan.loss.y + plan.loss.height / 2 },
      };
      setAttribute(paths.at(-1), "d", plan.folded ? "" : curve(ends));
      mark(paths.at(-1), { on: scene.shows("loss") });
    },
  };
}
