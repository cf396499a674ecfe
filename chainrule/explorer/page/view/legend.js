// What colours, dashes, outlines, bars and yellow mean, in one line.

import { element, put, shape } from "./dom.js";

function line(...classes) {
  const svg = shape("svg", { viewBox: "0 0 28 10", class: "key", "aria-hidden": "true" });
  svg.append(...classes.map(([name, width]) => shape("path", { d: "M1 5H27", class: name, "stroke-width": width })));
  return svg;
}

export function legend() {
  const bars = element("span");
  const items = [
    element("span", {}, line(["edge positive", 4]), "above 0"),
    element("span", {}, line(["edge negative", 4]), "below 0, thicker is larger"),
    element("span", {}, line(["tube positive", 9], ["inside open", 6], ["edge positive", 2]), "outlined: gradient of the loss"),
    element("span", {}, element("span", { class: "key swatch part" }), "in the formula"),
    element("span", {}, element("span", { class: "key swatch selected" }), "selected"),
    bars,
  ];
  const el = element("p", { class: "legend" }, ...items);
  return {
    el,
    update(scene) {
      put(bars, scene.state.log_scale ? `bars of probs from 1e−${scene.decades} to 1` : "");
    },
  };
}
