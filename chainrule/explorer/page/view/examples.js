// Which example is shown: one of the batch, or all at once. Each has the shape of its class.

import { element, mark, setAttribute, shape } from "./dom.js";
import { range, targets } from "../model/engine.js";

// A class is told by its shape as well as by its colour, in a square of side 2 around 0.
export const SHAPES = [
  "M-.8 0a.8 .8 0 1 0 1.6 0a.8 .8 0 1 0 -1.6 0z",
  "M-.75 -.75h1.5v1.5h-1.5z",
  "M0 -.95L.95 .8H-.95z",
  "M0 -1L1 0L0 1L-1 0z",
  "M-.35 -1h.7v.65h.65v.7h-.65v.65h-.7v-.65h-.65v-.7h.65z",
  "M0 .95L.95 -.8H-.95z",
];

export function marker(target) {
  return shape("path", { class: `marker class-${target}`, d: SHAPES[target] });
}

export function examples(act) {
  const el = element("div", { class: "examples", role: "group", "aria-label": "Examples" });
  let built = "";
  let buttons = [];
  return {
    el,
    update({ state }) {
      const classes = targets(state);
      el.hidden = classes.length === 1;
      if (built !== classes.join()) {
        buttons = ["all", ...range(classes.length)].map((which) => ({ which, el: buttonOf(which, classes, act) }));
        el.replaceChildren(element("span", { class: "note" }, "examples"), ...buttons.map((one) => one.el));
        built = classes.join();
      }
      for (const { which, el: button } of buttons) {
        setAttribute(button, "aria-pressed", String(which === state.example));
        mark(button, { on: which === state.example });
      }
    },
  };
}

function buttonOf(which, classes, act) {
  const one = which !== "all";
  const label = one ? `example ${which}, of class ${classes[which]}` : "all examples";
  const el = element("button", { type: "button", "aria-label": label, title: label, onclick: () => act.choose(which) });
  if (one) {
    const drawing = shape("svg", { viewBox: "-1.1 -1.1 2.2 2.2", "aria-hidden": "true" });
    drawing.append(marker(classes[which]));
    el.append(drawing);
  }
  el.append(String(which));
  return el;
}
