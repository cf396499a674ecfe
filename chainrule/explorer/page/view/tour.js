// How to read the picture, in a minute: one thing after the other, each outlined where it stands.

import { element, put, setAttribute } from "./dom.js";
import { button } from "./moves.js";

const STOPS = [
  [".units", "Units. The large figure is the value, the bar below it shows it from 0: blue to the right above 0, orange to the left below."],
  [".edges", "Edges are the weights: thick is large, orange and dashed is below 0. Point at one, and its number stands on it; press + and it stays."],
  [".matrices", "The same weights as matrices: rows are sources, columns targets. Drag a number sideways, type over it, or use the arrow keys."],
  [".phases", "The phases. Above, the pass runs forward from left to right; below, back from right to left. Next takes one step."],
  [".gradients", "What is outlined is a gradient: how the loss changes when the number changes. On an edge it is a tube around the weight."],
  [".working", "The formula of one entry with its numbers put in. Point at a term, and it lights up wherever it stands."],
  ['[aria-label="Slope"]', "The gradient as a slope: the loss along the selected number, and the tangent where it stands."],
];

export function tour(root) {
  const text = element("p");
  const next = button("Next", "The next thing", () => go(place + 1));
  const end = button("End", "End the tour", () => go(STOPS.length));
  const el = element("div", { class: "tour", role: "region", "aria-label": "How to read this picture", hidden: "" }, text, next, end);
  let place = -1;
  function go(to) {
    for (const node of root.querySelectorAll(".toured")) node.classList.remove("toured");
    place = to;
    el.hidden = place >= STOPS.length;
    if (el.hidden) return;
    const [where, words] = STOPS[place];
    root.querySelector(where)?.classList.add("toured");
    put(text, `${place + 1} of ${STOPS.length}. ${words}`);
    setAttribute(next, "title", place + 1 < STOPS.length ? "The next thing" : "End the tour");
    next.focus();
  }
  el.addEventListener("keydown", (event) => {
    if (event.key === "Escape") go(STOPS.length);
  });
  return { el, start: () => go(0) };
}
