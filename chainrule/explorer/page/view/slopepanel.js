// The gradient as a slope: the loss along the selected number, the point where it stands, and the
// tangent there.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { isInput, split, twin } from "../model/entry.js";
import { format } from "../model/format.js";
import { layersOf } from "../model/phases.js";
import { along } from "../model/slope.js";
import { plot, pointsOf } from "./plot.js";

export function slopePanel() {
  const heading = element("p", { class: "heading" });
  const graph = plot();
  const curve = shape("polyline", { class: "curve" });
  const tangent = shape("line", { class: "tangent" });
  const point = shape("circle", { r: 4.5 });
  graph.drawing.append(curve, tangent, point);
  const words = element("p", { class: "note words" });
  const el = element("div", { role: "group", class: "pane", "aria-label": "Slope" }, heading, graph.el, words);
  return {
    el,
    update(scene) {
      const id = alongWhich(scene);
      put(heading, `loss along ${id}`);
      const shown = scene.shows("loss");
      graph.hide(!shown);
      const { at, loss, points, slope } = along(scene.state, id, scene.values);
      const losses = points.map((each) => each.loss);
      const high = Math.max(...losses);
      const low = Math.min(...losses);
      const room = high - low || Math.max(1e-12, Math.abs(high));
      const range = { x: [points[0].value, points.at(-1).value], y: [Math.max(0, low - 0.08 * room), high + 0.08 * room] };
      const { x, y } = graph.scales({ ...range, name: id, ...(shown ? {} : { write: () => "" }) });
      setAttribute(curve, "points", pointsOf(points.map((each) => [x(each.value), y(each.loss)])));
      setAttribute(point, "cx", x(at).toFixed(1));
      setAttribute(point, "cy", y(loss).toFixed(1));
      const known = slope !== null && scene.shows(twin(id));
      setAttribute(tangent, "visibility", known && shown ? "visible" : "hidden");
      mark(tangent, { positive: slope > 0, negative: slope < 0 });
      if (known) {
        const [from, to] = range.x;
        const end = (value) => ({ x: x(value), y: y(loss + slope * (value - at)) });
        for (const [k, value] of [from, to].entries()) {
          setAttribute(tangent, `x${k + 1}`, end(value).x.toFixed(1));
          setAttribute(tangent, `y${k + 1}`, end(value).y.toFixed(1));
        }
      }
      put(words, sentence(scene, id, slope, known));
      graph.label(`${heading.textContent}. ${words.textContent}`);
    },
  };
}

// The selected number, or the one that the formula is about, or the first weight.
function alongWhich({ state, about }) {
  const chosen = [state.selection, twin(state.selection), about, twin(about)].find(isInput);
  return chosen ?? `${layersOf(state) === 1 ? "W" : "W1"}[0,0]`;
}

function sentence(scene, id, slope, known) {
  if (!scene.shows("loss")) return "The loss is not computed yet.";
  if (split(id).name === "x") return "The pass computes no gradient for a feature.";
  if (!known) return "The slope is computed backward.";
  const change = format(Math.abs(0.1 * slope), 3);
  const way = slope > 0 ? "rises" : "falls";
  return slope === 0
    ? "slope 0: a small change makes no difference"
    : `slope ${format(slope)}: if it grows by 0.1, the loss ${way} by about ${change}`;
}
