// The phases over the columns that they fill: forward above, backward below from right to left.

import { element, mark, setAttribute } from "./dom.js";
import { layersOf, phases } from "../model/phases.js";

export function rail(state, act) {
  const order = phases(layersOf(state));
  const turn = order.indexOf("grad_logits");
  const lists = [element("ol", { "aria-label": "forward" }), element("ol", { "aria-label": "backward" })];
  const buttons = order.map((name, place) => {
    const parts = name.split(/(?<=_)/).flatMap((part) => [part, element("wbr")]).slice(0, -1);
    const button = element("button", { type: "button", onclick: () => act.go(name) }, ...parts);
    lists[place < turn ? 0 : 1].append(element("li", {}, button));
    return { name, button };
  });
  const el = element("div", { class: "phases", role: "group", "aria-label": "Phases" }, ...lists);
  return {
    el,
    place(plan) {
      for (const { name, button } of buttons) {
        const { x, y, width, height } = plan.rails.items.find((item) => item.name === name);
        setAttribute(button, "style", `left:${x}px;top:${y}px;width:${width}px;height:${height}px`);
      }
      const below = plan.rails.items.find((item) => item.backward);
      setAttribute(lists[0], "style", `top:0;height:${plan.rails.items[0].height}px`);
      setAttribute(lists[1], "style", `top:${below.y}px;height:${below.height}px`);
    },
    update({ state: now }) {
      const at = order.indexOf(now.phase);
      buttons.forEach(({ button }, place) => {
        setAttribute(button, "aria-current", place === at ? "step" : null);
        mark(button, { done: place < at });
      });
    },
  };
}
