// The units: each value large, a bar from 0 below it, and its gradient in a strip of its own.

import { element, mark, put, setAttribute } from "./dom.js";
import { largestIn } from "./edges.js";
import { MOST_STACKED, shown, targets } from "../model/engine.js";
import { split, twin } from "../model/entry.js";
import { at, barLength, barOf } from "./bars.js";
import { columnOf } from "./columns.js";
import { computed, editable } from "./number.js";

const TITLES = { hidden_pre: "pre", hidden_act: "act", logits: "logit", probs: "prob" };

export function units(state, plan, act) {
  const el = element("div", { class: "units" });
  const last = plan.units.at(-1).layer;
  const rows = shown(state);
  const boxes = plan.units.map(({ layer, index }) => unit({ layer, index, last, rows }, act));
  const values = plan.cells.map(({ name, index, row }) => {
    if (rows.length > MOST_STACKED) return columnOf(name, index, act, TITLES[name]);
    const id = `${name}[${rows[row]},${index}]`;
    return name === "x" ? feature(id, act) : value(id, row ? "" : TITLES[name], act);
  });
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

// The box with its title; the class that is the target is chosen there.
function unit(which, act) {
  const el = element("div", { class: "unit" });
  const title = titleOf(which, act);
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

function titleOf({ layer, index, last, rows }, act) {
  if (layer === 0) return featureTitle(index, rows);
  if (layer !== last) return { el: element("span", { class: "title" }, `hidden ${index}`) };
  if (rows.length > 1) return classTitle(index);
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
      const on = targets(scene.state)[rows[0]] === index;
      radio.checked = on;
      mark(box, { target: on });
    },
  };
}

// Each example's feature by its name, where they stand one below the other.
function featureTitle(index, rows) {
  const stacked = rows.length <= MOST_STACKED;
  const names = stacked ? rows.map((n) => `x[${n},${index}]`) : [`x[:,${index}]`];
  const el = element("span", { class: "title rows" }, ...names.map((name) => element("span", {}, name)));
  if (rows.length > 1 && stacked) el.append(element("span", { class: "short" }, `x[:,${index}]`));
  return { el };
}

// Of all examples at once, whose target the class is, or of how many.
function classTitle(index) {
  const of = element("span", { class: "of" });
  return {
    el: element("span", { class: "title" }, `class ${index}`, of),
    update({ state }) {
      const here = targets(state).flatMap((target, n) => (target === index ? [n] : []));
      const few = here.length <= MOST_STACKED ? `target of ${here.join(", ") || "none"}` : "";
      put(of, few || `${here.length} of ${state.x.length}`);
      setAttribute(of, "title", `the target of ${here.length} examples`);
    },
  };
}

function feature(id, act) {
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

function value(id, title, act) {
  const { name } = split(id);
  const number = computed(id, act, "value");
  const caption = element("span", { class: "name" }, title);
  const bar = barOf();
  const gradient = name === "probs" ? null : computed(twin(id), act, "value gradient");
  return {
    els: [caption, number.el, bar.el, ...(gradient ? [gradient.el] : [])],
    place({ x, y, width }, { folded, measures: m }) {
      caption.hidden = !folded || !title;
      setAttribute(caption, "style", at({ x, y: y - m.caption, width, height: m.caption }));
      setAttribute(number.el, "style", at({ x, y, width, height: m.value }));
      bar.place({ x, y: y + m.value + 1, width, height: m.bar });
      if (gradient)
        setAttribute(gradient.el, "style", at({ x, y: y + m.value + m.bar + 0.15 * m.figure, width, height: m.gradient }));
    },
    update(scene, { digits }) {
      number.update(scene.short(id, digits), scene.spoken(id, digits), scene.lit(id));
      standing(number.el, id, scene);
      const length = barLength(scene, id);
      bar.update(name === "probs" ? 0 : 0.5, scene.shows(id) ? length : 0);
      if (gradient) showGradient(gradient, twin(id), scene, digits);
    },
  };
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
