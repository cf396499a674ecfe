// What stands above the network: presets, learning rate, update, undo, modes, type size.

import { element, put } from "./dom.js";
import { split } from "../model/entry.js";
import { format } from "../model/format.js";
import { editable } from "./number.js";

export function toolbar(act) {
  const presets = element("select", { "aria-label": "Example", onchange: () => act.load(presets.value) });
  const rate = editable("learning_rate", "learning rate", act);
  const button = (text, title, onclick) =>
    element("button", { type: "button", title, onclick }, text);
  const undo = button("Undo", "Take back the last change", act.undo);
  const reset = button("Reset", "Back to where this example began", act.reset);
  const predict = element("input", { type: "checkbox", onchange: () => act.predict(predict.checked) });
  const hide = button("", "Hide these values until a number is typed", () => act.hide(hide.value));
  const own = element("input", {
    type: "checkbox",
    onchange: () => act.ownGradients(own.checked),
  });
  const ownLabel = element("label", { class: "check" }, own, "by your gradients");
  const ten = button("× 10", "Ten steps of gradient descent", () => act.step(10));
  const larger = (by) => () => act.fontScale(by);
  const el = element(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Controls" },
    element("label", {}, "Example", presets),
    element("label", {}, "learning rate η", rate.el),
    button("Update", "One step of gradient descent", () => act.step(1)),
    ten,
    ownLabel,
    undo,
    reset,
    element("label", { class: "check" }, predict, "Predict"),
    hide,
    element("span", { class: "space" }),
    button("A−", "Smaller type", larger(-1)),
    button("A+", "Larger type", larger(1)),
    button("Full screen", "Fill the screen, or leave it", act.fullScreen),
  );
  let listed = "";
  return {
    el,
    update(scene) {
      const { state } = scene;
      const names = Object.keys(state._presets);
      if (listed !== names.join()) {
        const options = names.map((name) =>
          element("option", { value: name }, state._presets[name].title),
        );
        presets.replaceChildren(element("option", { value: "", hidden: "" }, "own numbers"), ...options);
        listed = names.join();
      }
      presets.value = presetOf(state);
      const value = state.learning_rate;
      rate.update(format(value), value, format(value));
      ownLabel.hidden = !Object.keys(state.marks.yours ?? {}).some((name) => /^grad_W/.test(name));
      own.checked = state.own_gradients;
      ten.disabled = state.own_gradients; // the learner's function answers one step at a time
      undo.disabled = state.history.length === 0;
      predict.checked = state.mode === "predict";
      const { name } = split(scene.about);
      const computed = state.phase !== "update" && state.phase !== "x";
      hide.hidden = state.mode !== "predict" || !computed;
      hide.value = name;
      put(hide, state.hidden.includes(name) ? `Show ${name}` : `Hide ${name}`);
    },
  };
}

function presetOf(state) {
  const start = JSON.stringify(state._start);
  const same = ([, preset]) => JSON.stringify(preset.numbers) === start;
  return Object.entries(state._presets).find(same)?.[0] ?? "";
}
