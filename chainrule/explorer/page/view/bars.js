// How a number looks as a length, and where a box stands.

import { element, mark, setAttribute } from "./dom.js";
import { lookUp, split } from "../model/entry.js";
import { largestIn } from "./edges.js";

export const at = ({ x, y, width, height }) =>
  `left:${x.toFixed(2)}px;top:${y.toFixed(2)}px;width:${width.toFixed(2)}px;height:${height.toFixed(2)}px`;

export function barOf() {
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

// How long a value's bar is: a probability's of the whole, another's of the half and the layer's
// largest. With the log scale, a probability's bar runs from the smallest class's power of ten.
export function barLength(scene, id) {
  const { name, i, j } = split(id);
  const here = lookUp(scene.values, id);
  if (name !== "probs") {
    const layer = name === "logits" ? ["logits"] : ["hidden_pre", "hidden_act"];
    const most = largestIn(scene, layer);
    return most ? here / most / 2 : 0;
  }
  if (!scene.state.log_scale) return here;
  const log = scene.values.log_probs[i][j] / Math.LN10;
  return Math.max(0, 1 + log / scene.decades);
}
