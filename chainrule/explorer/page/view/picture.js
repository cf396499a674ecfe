// The network: units as boxes, weights as lines, and every number of it where it stands.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { parameterNames, sizes } from "../model/engine.js";
import { twin } from "../model/entry.js";
import { WEIGHT, layout } from "../model/layout.js";
import { computed, editable } from "./number.js";

// How many characters there is room for.
const ROOM = { number: 7, value: 8, marked: 6 };

export function picture(act) {
  const el = element("div", { class: "stage", role: "group", "aria-label": "The network" });
  let built = "";
  let parts = [];
  return {
    el,
    update(scene) {
      const shapes = sizes(scene.state).join("-");
      if (shapes !== built) {
        parts = build(el, scene.state, act);
        built = shapes;
      }
      const largest = largestShown(scene);
      for (const part of parts) part(scene, largest);
    },
  };
}

const place = ({ x, y, width, height }) =>
  `left:${x}em;top:${y}em;width:${width}em;height:${height}em`;

function build(el, state, act) {
  const plan = layout(sizes(state));
  const lines = shape("svg", {
    viewBox: `0 0 ${plan.width} ${plan.height}`,
    style: `width:${plan.width}em;height:${plan.height}em`,
    "aria-hidden": "true",
  });
  const board = element("div", {
    class: plan.bare ? "board bare" : "board",
    style: `width:${plan.width}em;height:${plan.height}em`,
  });
  board.append(lines);
  const names = parameterNames(state.parameters);
  const parts = [];
  for (const edge of plan.edges) {
    const id = `${names[2 * edge.layer]}[${edge.i},${edge.j}]`;
    parts.push(line(edge, id, lines, act), weight(edge, id, board, plan, act));
  }
  for (const node of plan.nodes) {
    const box = element("div", { class: `unit layer${node.layer}`, style: place(node) });
    const bias = node.layer ? `${names[2 * node.layer - 1]}[0,${node.index}]` : null;
    const last = node.layer === plan.nodes.at(-1).layer;
    if (node.layer === 0) parts.push(feature(box, node.index, act));
    else if (last) parts.push(output(box, node.index, bias, act));
    else parts.push(hidden(box, node.index, bias, act));
    board.append(box);
  }
  el.replaceChildren(board);
  return parts;
}

// A line's colour and dash say the sign, its width the size, of the weight or of its gradient.
function line({ x1, y1, x2, y2 }, id, lines, act) {
  const at = { x1, y1, x2, y2 };
  const halo = shape("line", { ...at, class: "halo" });
  const stroke = shape("line", { ...at, class: "edge" });
  const touch = shape("line", { ...at, class: "touch" });
  touch.addEventListener("click", () => act.select(id));
  lines.append(halo, stroke, touch);
  return (scene, largest) => {
    const value = shownOnEdge(scene, id);
    const size = value === null || largest === 0 ? 0 : Math.abs(value) / largest;
    setAttribute(stroke, "stroke-width", (0.07 + 0.2 * Math.sqrt(size)).toFixed(3));
    mark(stroke, { negative: value < 0, positive: value > 0 });
    mark(halo, scene.lit(id));
  };
}

function shownOnEdge(scene, id) {
  const shown = scene.backward && scene.shows(twin(id)) ? twin(id) : id;
  if (scene.backward && scene.hides(twin(id))) return null;
  return scene.shows(shown) ? scene.value(shown) : null;
}

function largestShown(scene) {
  const names = parameterNames(scene.state.parameters).filter((name) => name.startsWith("W"));
  return Math.max(
    0,
    ...names.flatMap((name) =>
      scene.values[name].flatMap((row, i) =>
        row.map((_, j) => Math.abs(shownOnEdge(scene, `${name}[${i},${j}]`) ?? 0)),
      ),
    ),
  );
}

function weight({ label }, id, board, { bare, tall }, act) {
  const box = element("div", {
    class: "weight",
    style: place({
      x: label.x - WEIGHT.width / 2,
      y: label.y - tall / 2,
      width: WEIGHT.width,
      height: tall,
    }),
  });
  const number = editable(id, `weight ${id}`, act);
  box.append(number.el);
  const gradient = bare ? null : gradientOf(id, act);
  if (gradient) box.append(gradient.el);
  board.append(box);
  return (scene) => {
    showNumber(number, id, scene);
    gradient?.update(scene);
  };
}

function showNumber(number, id, scene) {
  number.update(scene.short(id, ROOM.number), scene.value(id), scene.spoken(id, ROOM.number), scene.lit(id));
}

function gradientOf(id, act) {
  return valueOf(twin(id), act, "value gradient");
}

function valueOf(id, act, classes) {
  const button = computed(id, act, classes);
  return {
    el: button.el,
    update(scene) {
      const verdict = scene.verdict(id);
      const room = verdict.known ? ROOM.marked : ROOM.value;
      button.update(scene.short(id, room), scene.spoken(id, room), scene.lit(id));
      const known = scene.shows(id) || scene.hides(id);
      mark(button.el, { ...verdict, unknown: !known });
    },
  };
}

function feature(box, i, act) {
  const id = `x[0,${i}]`;
  const number = editable(id, `feature ${id}`, act);
  box.append(element("span", { class: "name" }, id), number.el);
  return (scene) => showNumber(number, id, scene);
}

function hidden(box, j, bias, act) {
  const title = element("span", { class: "title" }, `hidden ${j}`);
  return unit(box, title, bias, { hidden_pre: "pre", hidden_act: "act" }, j, act);
}

function output(box, j, bias, act) {
  const radio = element("input", {
    type: "radio",
    name: act.group,
    "aria-label": `target: class ${j}`,
    onchange: () => act.edit("target", j),
  });
  const label = element("label", { class: "title", title: "the target" }, radio, `class ${j}`);
  const update = unit(box, label, bias, { logits: "logit", probs: "prob" }, j, act);
  return (scene) => {
    const on = scene.state.target === j;
    radio.checked = on;
    mark(box, { target: on });
    update(scene);
  };
}

// A unit's box: its title and bias above, its two values below, each with its gradient.
function unit(box, title, bias, columns, j, act) {
  const number = editable(bias, `bias ${bias}`, act);
  const biasGradient = gradientOf(bias, act);
  const name = element("span", { class: "name" }, bias.replace(/\[.*/, ""));
  const head = element("div", { class: "head" }, title, name);
  const top = element("div", { class: "cell" }, number.el, biasGradient.el);
  const updates = Object.entries(columns).map(([name, heading]) => {
    const id = `${name}[0,${j}]`;
    const value = valueOf(id, act, "value");
    const gradient = name === "probs" ? null : gradientOf(id, act);
    const cell = element("div", { class: "cell" }, element("span", { class: "name" }, heading));
    cell.append(value.el);
    if (gradient) cell.append(gradient.el);
    box.append(cell);
    return (scene) => {
      value.update(scene);
      gradient?.update(scene);
    };
  });
  box.prepend(head, top);
  return (scene) => {
    showNumber(number, bias, scene);
    biasGradient.update(scene);
    for (const update of updates) update(scene);
  };
}
