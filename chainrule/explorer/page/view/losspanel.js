// The loss, and how it has changed so far.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { LONG, format } from "../model/format.js";
import { plot, pointsOf } from "./plot.js";

export function lossPanel(act) {
  const now = element("button", { type: "button", class: "value loss", "data-entry": "loss" });
  now.addEventListener("click", () => act.select("loss"));
  const scale = element("input", { type: "checkbox", onchange: () => act.scale(scale.checked) });
  const graph = plot();
  const path = shape("polyline", { class: "curve" });
  const dots = shape("g");
  graph.drawing.append(path, dots);
  const words = element("p", { class: "note words" });
  const heading = element("p", { class: "heading" }, "loss ", now);
  const label = element("label", { class: "check" }, scale, "log scale");
  const top = element("div", { class: "top" }, heading, label);
  const el = element("div", { role: "group", class: "pane", "aria-label": "Loss" }, top, graph.el, words);
  return {
    el,
    update(scene) {
      const figure = scene.text("loss", LONG) || "not yet";
      put(now, figure);
      setAttribute(now, "aria-label", `loss: ${figure}`);
      mark(now, scene.lit("loss"));
      scale.checked = scene.state.log_scale;
      const past = scene.state.history.flatMap((entry) => entry.losses);
      const losses = scene.shows("loss") ? [...past, scene.values.loss] : past;
      draw(losses, graph, path, dots, scene.state.log_scale);
      const last = losses.slice(-5).map((loss) => format(loss)).join(" → ");
      put(words, losses.length > 1 ? (losses.length > 5 ? `… ${last}` : last) : "No change yet.");
      graph.label(`loss so far: ${last || "not yet"}`);
    },
  };
}

const least = (loss) => Math.log10(Math.max(loss, 1e-16));

function draw(losses, graph, path, dots, logScale) {
  const heights = logScale ? losses.map(least) : losses;
  const top = Math.max(...heights, logScale ? -16 : 1e-12);
  const high = logScale ? top + 0.3 : 1.1 * top; // the highest point stands below the end
  const low = logScale ? Math.min(...heights, top - 1) : 0;
  const write = losses.length ? logScale && ((value) => format(10 ** value, 2)) : () => "";
  const steps = Math.max(1, losses.length - 1);
  const scales = graph.scales({ x: [0, steps], y: [low, high], name: "changes", write: write || undefined });
  const points = heights.map((height, k) => [scales.x(k), scales.y(height)]);
  setAttribute(path, "points", pointsOf(points));
  const shown = points.length <= 40 ? points : points.slice(-1);
  dots.replaceChildren(...shown.map(([cx, cy]) => shape("circle", { cx, cy, r: 2.5 })));
}
