// Numbers on their edges: of the weight that is selected, of those that are pinned, and of the one
// that the pointer is on, in whichever view.

import { element, mark, put, setAttribute } from "./dom.js";
import { parameterNames } from "../model/engine.js";
import { split, twin } from "../model/entry.js";
import { pills } from "../model/layout.js";
import { editable } from "./number.js";
import { at } from "./bars.js";

export function onEdges(act) {
  const el = element("div", { class: "pills" });
  const made = new Map();
  return {
    el,
    place() {},
    update(scene, plan) {
      const ids = wanted(scene);
      for (const [id, pill] of made)
        if (!ids.includes(id)) {
          pill.el.remove();
          made.delete(id);
        }
      const places = pills(ids.map((id) => edgeOfWeight(id, scene, plan)), plan.measures.pill, plan.ends);
      ids.forEach((id, k) => {
        if (!made.has(id)) {
          made.set(id, pillOf(id, act));
          el.append(made.get(id).el);
        }
        made.get(id).update(scene, plan, places[k]);
      });
    },
  };
}

// The weights that are to stand on their edges; those that stay come first, and keep their places.
function wanted(scene) {
  const { pinned, selection } = scene.state;
  const weight = (id) => (id.startsWith("grad_W") ? twin(id) : id);
  const ids = [...pinned, weight(selection), weight(scene.hovered)];
  return [...new Set(ids)].filter((id) => /^W\d?\[/.test(id) && scene.value(id) !== undefined);
}

function edgeOfWeight(id, scene, plan) {
  const { name, i, j } = split(id);
  const layer = parameterNames(scene.state.parameters).indexOf(name) / 2;
  return plan.edges.find((edge) => edge.layer === layer && edge.i === i && edge.j === j);
}

function pillOf(id, act) {
  const number = editable(id, `weight ${id} on its edge`, act);
  const gradient = element("span", { class: "figure" });
  const pin = element("button", { type: "button", class: "pin", onclick: () => act.pin(id) });
  const el = element("div", { class: "pill", "data-entry": id }, number.el, element("div", { class: "below" }, gradient, pin));
  return {
    el,
    update(scene, { digits }, place) {
      setAttribute(el, "style", at(place));
      number.update(scene.short(id, digits), scene.value(id), scene.spoken(id, digits), scene.lit(id));
      const slope = scene.short(twin(id), digits);
      put(gradient, slope);
      const value = scene.shows(twin(id)) ? scene.value(twin(id)) : 0;
      mark(gradient, { positive: value > 0, negative: value < 0, known: slope !== "" });
      const pinned = scene.state.pinned.includes(id);
      put(pin, pinned ? "×" : "+");
      const what = pinned ? `Take ${id} off its edge` : `Keep ${id} on its edge`;
      setAttribute(pin, "aria-label", what);
      setAttribute(pin, "title", what);
      mark(el, scene.lit(id));
    },
  };
}
