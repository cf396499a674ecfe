// The probabilities as bars, on a linear or a logarithmic scale.

import { element, mark, put, setAttribute } from "./dom.js";

export function probabilityPanel(act) {
  const rows = element("div", { class: "bars" });
  const scale = element("input", { type: "checkbox", onchange: () => act.scale(scale.checked) });
  const axis = element("p", { class: "note" });
  const el = element(
    "div",
    { class: "pane", role: "group", "aria-label": "Probabilities" },
    element("p", { class: "heading" }, "probs"),
    rows,
    element("label", { class: "check" }, scale, "log scale"),
    axis,
  );
  let bars = [];
  return {
    el,
    update(scene) {
      const [probs] = scene.values.probs;
      const [logs] = scene.values.log_probs;
      if (bars.length !== probs.length) {
        bars = probs.map((_, j) => bar(j));
        rows.replaceChildren(...bars.flatMap((b) => b.cells));
      }
      scale.checked = scene.state.log_scale;
      const decades = Math.max(1, ...logs.map((log) => Math.ceil(-log / Math.LN10)));
      put(axis, scene.state.log_scale ? `Bars run from 1e−${decades} to 1.` : "Bars run from 0 to 1.");
      bars.forEach((b, j) => {
        const log = 1 + logs[j] / Math.LN10 / decades;
        const length = scene.state.log_scale ? log : probs[j];
        b.update(scene, scene.shows(`probs[0,${j}]`) ? length : 0);
      });
    },
  };
}

function bar(j) {
  const fill = element("div", { class: "fill" });
  const name = element("span", { class: "name" }, `class ${j}`);
  const figure = element("span", { class: "figure" });
  return {
    cells: [name, element("div", { class: "bar" }, fill), figure],
    update(scene, length) {
      setAttribute(fill, "style", `width:${(100 * Math.max(0, length)).toFixed(3)}%`);
      mark(fill, { target: scene.state.target === j });
      put(name, scene.state.target === j ? `class ${j} ◂` : `class ${j}`);
      put(figure, scene.text(`probs[0,${j}]`) || "…");
    },
  };
}
