// The phases as buttons, forward and backward, and one step either way.

import { element, mark, setAttribute } from "./dom.js";
import { layersOf, phases } from "../model/phases.js";

export function phaseBar(act) {
  const el = element("div", { role: "group", class: "phases", "aria-label": "Phases" });
  const back = element("button", { type: "button", onclick: () => act.move(-1) }, "◂ Back");
  const next = element("button", { type: "button", onclick: () => act.move(1) }, "Next ▸");
  const groups = { forward: element("ol"), backward: element("ol") };
  el.append(element("div", { class: "moves" }, back, next));
  for (const [name, list] of Object.entries(groups)) {
    setAttribute(list, "aria-label", name);
    el.append(element("div", { class: "group" }, element("span", { class: "name" }, name), list));
  }
  let built = 0;
  let buttons = [];
  return {
    el,
    update({ state }) {
      const order = phases(layersOf(state));
      if (built !== order.length) {
        buttons = order.map((name) => phaseButton(name, act));
        const turn = order.indexOf("grad_logits");
        groups.forward.replaceChildren(...buttons.slice(0, turn).map((b) => b.item));
        groups.backward.replaceChildren(...buttons.slice(turn).map((b) => b.item));
        built = order.length;
      }
      const at = order.indexOf(state.phase);
      back.disabled = at === 0;
      next.disabled = at === order.length - 1;
      buttons.forEach(({ button }, place) => {
        setAttribute(button, "aria-current", place === at ? "step" : null);
        mark(button, { done: place < at });
      });
    },
  };
}

function phaseButton(name, act) {
  const button = element("button", { type: "button", onclick: () => act.go(name) }, name);
  return { button, item: element("li", {}, button) };
}
