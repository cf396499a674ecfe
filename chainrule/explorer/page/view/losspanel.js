// The loss, and how it has changed so far.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { LONG, format } from "../model/format.js";

export function lossPanel(act) {
  const now = element("button", { type: "button", class: "value loss", "data-entry": "loss" });
  now.addEventListener("click", () => act.select("loss"));
  const path = shape("polyline", { class: "curve" });
  const dots = shape("g");
  const plot = shape("svg", { viewBox: "0 0 200 40", class: "plot", role: "img", preserveAspectRatio: "xMinYMid" });
  plot.append(path, dots);
  const words = element("p", { class: "note" });
  const heading = element("p", { class: "heading" }, "loss");
  const el = element("div", { role: "group", class: "pane", "aria-label": "Loss" }, heading, now, plot, words);
  return {
    el,
    update(scene) {
      const figure = scene.text("loss", LONG) || "not yet";
      put(now, figure);
      setAttribute(now, "aria-label", `loss: ${figure}`);
      mark(now, scene.lit("loss"));
      const past = scene.state.history.flatMap((entry) => entry.losses);
      const losses = scene.shows("loss") ? [...past, scene.values.loss] : past;
      draw(losses, path, dots, scene.state.log_scale);
      const last = losses.slice(-5).map((loss) => format(loss)).join(" → ");
      put(words, losses.length > 1 ? (losses.length > 5 ? `… ${last}` : last) : "No change yet.");
      setAttribute(plot, "aria-label", `loss so far: ${last}`);
    },
  };
}

function draw(losses, path, dots, logScale) {
  const heights = losses.map((loss) => (logScale ? Math.log10(Math.max(loss, 1e-16)) : loss));
  const low = logScale ? Math.min(...heights) : 0;
  const high = Math.max(...heights, low + 1e-300);
  const points = heights.map((height, k) => [
    3 + (194 * k) / Math.max(1, losses.length - 1),
    36 - (32 * (height - low)) / (high - low || 1),
  ]);
  setAttribute(path, "points", points.map((point) => point.map((v) => v.toFixed(2)).join()).join(" "));
  const shown = points.length <= 40 ? points : points.slice(-1);
  dots.replaceChildren(...shown.map(([cx, cy]) => shape("circle", { cx, cy, r: 1.2 })));
}
