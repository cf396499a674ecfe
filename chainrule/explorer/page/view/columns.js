// One value of a unit for many examples at once: a bar for each, from 0 up or down, and below them
// the same of its gradients, outlined. The figures are in its name, and in the picture of one example.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { range } from "../model/engine.js";
import { lookUp, twin } from "../model/entry.js";
import { largestIn } from "./edges.js";
import { at, barLength } from "./bars.js";

const [WIDE, HIGH] = [100, 40]; // of the drawing, which is stretched

export function columnOf(name, index, act, title = "") {
  const caption = element("span", { class: "name" }, title);
  const values = columnBars(name, index, act);
  const gradients = name === "probs" || name === "x" ? null : columnBars(twin(name), index, act);
  return {
    els: [caption, values.el, ...(gradients ? [gradients.el] : [])],
    place({ x, y, width }, { folded, measures: m }) {
      caption.hidden = !folded || !title;
      setAttribute(caption, "style", at({ x, y: y - m.caption, width, height: m.caption }));
      const height = m.value + m.bar;
      setAttribute(values.el, "style", at({ x, y, width, height }));
      if (gradients)
        setAttribute(gradients.el, "style", at({ x, y: y + height + 0.15 * m.figure, width, height: m.gradient }));
    },
    update(scene, { digits }) {
      values.update(scene, digits);
      gradients?.update(scene, digits);
    },
  };
}

// A button, since the first of the examples is what its formula is about.
function columnBars(name, index, act) {
  const ids = (scene) => scene.rows.map((n) => `${name}[${n},${index}]`);
  const drawing = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" });
  const paths = ["zero", "positive", "negative", "lit"].map((kind) => shape("path", { class: kind }));
  drawing.append(...paths);
  const hidden = element("span");
  const classes = name.startsWith("grad_") ? "column gradients" : "column";
  const el = element("button", { type: "button", class: classes, "data-column": `${name}[:,${index}]` }, drawing, hidden);
  el.addEventListener("click", () => act.select(`${name}[0,${index}]`));
  return {
    el,
    update(scene, digits) {
      const all = ids(scene);
      const known = all.every(scene.shows);
      const asked = all.some(scene.hides);
      put(hidden, asked ? "?" : "");
      const figures = all.map((id) => scene.short(id, digits) || "not computed yet");
      setAttribute(el, "aria-label", `${name}[:,${index}]: ${known ? figures.join(", ") : figures[0]}`);
      const lit = (id) => Object.values(scene.lit(id)).some(Boolean);
      drawBars(paths, known ? all.map((id) => heightOf(scene, id)) : [], all.map(lit));
      mark(el, { unknown: !known && !asked, part: all.some((id) => scene.lit(id).part) });
    },
  };
}

// How high a bar is, in parts of the whole for what is never below 0, of the half for others.
function heightOf(scene, id) {
  if (!id.startsWith("grad_") && !id.startsWith("x")) return { value: barLength(scene, id), whole: id.startsWith("probs") };
  const most = largestIn(scene, [id.split("[")[0]]);
  return { value: most ? lookUp(scene.values, id) / most / 2 : 0, whole: false };
}

function drawBars([zero, positive, negative, lit], parts, marks) {
  const whole = parts.some((one) => one.whole);
  const base = whole ? HIGH - 1 : HIGH / 2;
  const step = WIDE / Math.max(1, marks.length);
  const bar = (k, to) => `M${(k * step + 0.15 * step).toFixed(1)} ${base}v${(to - base).toFixed(1)}h${(0.7 * step).toFixed(1)}v${(base - to).toFixed(1)}z`;
  const path = (keep) => parts.map(({ value }, k) => (keep(value) ? bar(k, base - value * (HIGH - 2)) : "")).join("");
  setAttribute(zero, "d", `M0 ${base}H${WIDE}`);
  setAttribute(positive, "d", path((value) => value > 0));
  setAttribute(negative, "d", path((value) => value < 0));
  const shade = range(marks.length).map((k) => (marks[k] && parts.length ? `M${(k * step).toFixed(1)} 0v${HIGH}h${step.toFixed(1)}v${-HIGH}z` : ""));
  setAttribute(lit, "d", shade.join(""));
}
