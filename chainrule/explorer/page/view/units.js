// The units: each value large, a bar from 0 below it, and its gradient in a strip of its own.

import { element, mark, setAttribute } from "./dom.js";
import { largestIn } from "./edges.js";
import { lookUp, twin } from "../model/entry.js";
import { computed, editable } from "./number.js";

const TITLES = { hidden_pre: "pre", hidden_act: "act", logits: "logit", probs: "prob" };

export function units(state, plan, act) {
  const el = element("div", { class: "units" });
  const last = plan.units.at(-1).layer;
  const boxes = plan.units.map(({ layer, index }) => unit(layer, index, last, act));
  const values = plan.cells.map(({ name, index }) => (name === "x" ? feature(index, act) : value(name, index, act)));
  const loss = lossBox(act);
  el.append(...boxes.map((box) => box.el), ...values.flatMap((one) => one.els), loss.el);
  return {
    el,
    place(now) {
      boxes.forEach((box, k) => box.place(now.units[k], now));
      values.forEach((one, k) => one.place(now.cells[k], now));
      setAttribute(loss.el, "style", at(now.loss));
    },
    update(scene, now) {
      for (const box of boxes) box.update(scene);
      for (const one of values) one.update(scene, now);
      loss.update(scene, now);
    },
  };
}

export const at = ({ x, y, width, height }) =>
  `left:${x.toFixed(2)}px;top:${y.toFixed(2)}px;width:${width.toFixed(2)}px;height:${height.toFixed(2)}px`;

// The box with its title; the class that is the target is chosen there.
function unit(layer, index, last, act) {
  const el = element("div", { class: "unit" });
  const title = titleOf(layer, index, last, act);
  el.append(title.el);
  return {
    el,
    place(box, plan) {
      setAttribute(el, "style", at(box));
      const { pad, title: size } = plan.measures;
      const where = plan.folded ? `width:100%;height:${size - 2}px` : `width:${size + pad - 4}px;height:100%`;
      setAttribute(title.el, "style", where);
    },
    update: (scene) => title.update?.(scene, el),
  };
}

function titleOf(layer, index, last, act) {
  if (layer !== last) {
    const text = layer === 0 ? `x[0,${index}]` : `hidden ${index}`;
    return { el: element("span", { class: "title" }, text) };
  }
  const radio = element("input", {
    type: "radio",
    name: act.group,
    "aria-label": `target: class ${index}`,
    onchange: () => act.edit("target", index),
  });
  const el = element("label", { class: "title", title: "the target" }, radio, `class ${index}`);
  return {
    el,
    update(scene, box) {
      const on = scene.state.target === index;
      radio.checked = on;
      mark(box, { target: on });
    },
  };
}

function barOf() {
  const fill = element("div", { class: "fill" });
  const el = element("div", { class: "bar" }, fill);
  return {
    el,
    // From `zero` of the way, a length that may be negative, both in parts of the whole.
    update(zero, length) {
      const [from, size] = [Math.min(zero, zero + length), Math.abs(length)];
      setAttribute(fill, "style", `left:${(100 * from).toFixed(2)}%;width:${(100 * size).toFixed(2)}%`);
      setAttribute(el, "style", `${el.dataset.place};--zero:${100 * zero}%`);
      mark(fill, { positive: length > 0, negative: length < 0 });
    },
    place(box) {
      el.dataset.place = at(box);
      setAttribute(el, "style", at(box));
    },
  };
}

function feature(index, act) {
  const id = `x[0,${index}]`;
  const number = editable(id, `feature ${id}`, act);
  const bar = barOf();
  return {
    els: [number.el, bar.el],
    place({ x, y, width }, { measures: m }) {
      setAttribute(number.el, "style", at({ x, y, width, height: m.value }));
      bar.place({ x, y: y + m.value + 2, width, height: m.bar });
    },
    update(scene, { digits }) {
      number.update(scene.short(id, digits), scene.value(id), scene.spoken(id, digits), scene.lit(id));
      const most = largestIn(scene, ["x"]);
      bar.update(0.5, most ? scene.value(id) / most / 2 : 0);
    },
  };
}

function value(name, index, act) {
  const id = `${name}[0,${index}]`;
  const number = computed(id, act, "value");
  const caption = element("span", { class: "name" }, TITLES[name]);
  const bar = barOf();
  const gradient = name === "probs" ? null : computed(twin(id), act, "value gradient");
  return {
    els: [caption, number.el, bar.el, ...(gradient ? [gradient.el] : [])],
    place({ x, y, width }, { folded, measures: m }) {
      caption.hidden = !folded;
      setAttribute(caption, "style", at({ x, y: y - m.caption, width, height: m.caption }));
      setAttribute(number.el, "style", at({ x, y, width, height: m.value }));
      bar.place({ x, y: y + m.value + 1, width, height: m.bar });
      if (gradient)
        setAttribute(gradient.el, "style", at({ x, y: y + m.value + m.bar + 0.15 * m.figure, width, height: m.gradient }));
    },
    update(scene, { digits }) {
      number.update(scene.short(id, digits), scene.spoken(id, digits), scene.lit(id));
      standing(number.el, id, scene);
      const length = barLength(scene, name, index);
      bar.update(name === "probs" ? 0 : 0.5, scene.shows(id) ? length : 0);
      if (gradient) showGradient(gradient, twin(id), scene, digits);
    },
  };
}

// How long a value's bar is: a probability's of the whole, another's of the half and the layer's
// largest. With the log scale, a probability's bar runs from the smallest class's power of ten.
function barLength(scene, name, index) {
  const here = lookUp(scene.values, `${name}[0,${index}]`);
  if (name !== "probs") {
    const layer = name === "logits" ? ["logits"] : ["hidden_pre", "hidden_act"];
    const most = largestIn(scene, layer);
    return most ? here / most / 2 : 0;
  }
  if (!scene.state.log_scale) return here;
  const log = scene.values.log_probs[0][index] / Math.LN10;
  return Math.max(0, 1 + log / scene.decades);
}

// A gradient: its figure, its sign, and whether the learner's own is right.
export function showGradient(button, id, scene, digits) {
  const verdict = scene.verdict(id);
  const room = verdict.known ? Math.max(6, digits - 2) : digits;
  button.update(scene.short(id, room), scene.spoken(id, room), scene.lit(id));
  standing(button.el, id, scene);
  mark(button.el, { ...verdict, known: scene.shows(id) });
}

function standing(node, id, scene) {
  const known = scene.shows(id) || scene.hides(id);
  const number = scene.shows(id) ? scene.value(id) : 0;
  mark(node, { unknown: !known, positive: number > 0, negative: number < 0 });
}

function lossBox(act) {
  const number = computed("loss", act, "value");
  const el = element("div", { class: "unit loss" }, element("span", { class: "name" }, "loss"), number.el);
  return {
    el,
    update(scene, { digits }) {
      number.update(scene.short("loss", digits), scene.spoken("loss", digits), scene.lit("loss"));
      standing(number.el, "loss", scene);
    },
  };
}
