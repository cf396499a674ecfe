// The lines of code of both passes, with the one that computes the entry shown.

import { element, mark, setAttribute } from "./dom.js";
import { isParameter, split, twin } from "../model/entry.js";

export function codePanel() {
  const list = element("ol", { class: "code" });
  const el = element("div", { role: "group", class: "pane", "aria-label": "Code" }, list);
  let built = "";
  let lines = [];
  return {
    el,
    update(scene) {
      const { state } = scene;
      const formulas = formulasOf(state, scene.layers);
      const shown = Object.keys(formulas).filter((name) => isShown(name, state.code));
      el.hidden = shown.length === 0;
      const about = split(scene.about).name;
      const updated = isParameter(about) ? about : "W";
      const key = [scene.layers, state.activation, state.code, state.phase === "update" && updated].join();
      if (key !== built) {
        lines = shown.map((name) => codeLine(name, formulas[name]));
        if (state.code === "all" && state.phase === "update")
          lines.push(codeLine(updated, `${updated} - learning_rate * grad_${updated}`));
        list.replaceChildren(...lines.map((line) => line.el));
        built = key;
      }
      for (const line of lines) line.update(scene);
    },
  };
}

// The formulas of this kind of network, with those of its activation in their place.
function formulasOf({ _formulas, _activations, activation }, layers) {
  const formulas = _formulas[layers - 1];
  const others = layers === 2 ? _activations[activation] : {};
  const added = Object.entries(others).filter(([name]) => !(name in formulas));
  return Object.fromEntries(
    Object.entries(formulas).flatMap(([name, formula]) => [
      [name, others[name] ?? formula],
      ...(name === "hidden_act" ? added : []),
    ]),
  );
}

const isShown = (name, code) => code === "all" || (code === "forward" && !name.startsWith("grad_"));

function codeLine(name, expression) {
  const words = `${name} = ${expression}`.split(/\b/).map((word) => element("span", {}, word));
  const el = element("li", {}, element("code", {}, ...words));
  return {
    el,
    update(scene) {
      const current = split(scene.about).name === name;
      mark(el, { current });
      setAttribute(el, "aria-current", current ? "step" : null);
      const { name: chosen } = split(scene.state.selection);
      const names = chosen ? [chosen, twin(chosen)] : [];
      const under = scene.hovered && split(scene.hovered).name;
      for (const word of words)
        mark(word, {
          selected: names.includes(word.textContent),
          hovered: under && word.textContent === under,
        });
    },
  };
}
