// What stands above the network: presets, learning rate, update, undo, prediction, type size.

import { element, put } from "./dom.js";
import { ACTIVATIONS } from "../model/activations.js";
import { split } from "../model/entry.js";
import { format } from "../model/format.js";
import { tally } from "../model/score.js";
import { examples } from "./examples.js";
import { button, moves } from "./moves.js";
import { editable } from "./number.js";

export function toolbar(act, sharing) {
  const presets = element("select", { "aria-label": "Example", onchange: () => act.load(presets.value) });
  const rate = editable("learning_rate", "learning rate η", act);
  const undo = button("Undo", "Take back the last change (Ctrl+Z)", act.undo);
  const reset = button("Reset", "Back to where this example began", act.reset);
  const predict = element("input", { type: "checkbox", onchange: () => act.predict(predict.checked) });
  const hide = button("", "Hide these values until a number is typed, or show them", () => act.hide(hide.value));
  const score = button("", "Begin the score anew", act.clearScore);
  const own = element("input", { type: "checkbox", onchange: () => act.ownGradients(own.checked) });
  const ownLabel = element("label", { class: "check" }, own, "by your gradients");
  const ten = button("× 10", "Ten steps of gradient descent", () => act.step(10));
  const steps = moves(act);
  const strip = examples(act);
  const options = Object.entries(ACTIVATIONS).map(([value, { title }]) => element("option", { value }, title));
  const activation = element("select", { class: "activation", "aria-label": "activation", onchange: () => act.activate(activation.value) }, ...options);
  const activationLabel = element("label", {}, "activation", activation);
  const larger = (by) => () => act.fontScale(by);
  // The finger leaves the field's focus where it is, so that the keyboard stays.
  const negate = element("button", { type: "button", class: "negate", title: "Change the sign of the number", "aria-label": "change the sign" }, "±");
  negate.addEventListener("pointerdown", (event) => event.preventDefault());
  negate.addEventListener("click", () => act.negate());
  const shared = Object.entries(sharing).map(([name, { title, action }]) => button(name, title, () => action()));
  const el = element(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Controls" },
    steps.el,
    presets,
    activationLabel,
    element("label", {}, "rate η", rate.el),
    button("Update", "One step of gradient descent", () => act.step(1)),
    ten,
    ownLabel,
    undo,
    reset,
    negate,
    element("label", { class: "check" }, predict, "Predict"),
    hide,
    score,
    element("span", { class: "space" }),
    button("Tour", "How to read this picture, in a minute", act.tour),
    ...shared,
    button("A−", "Smaller figures", larger(-1)),
    button("A+", "Larger figures", larger(1)),
    button("Full screen", "Fill the screen, or leave it", act.fullScreen),
    strip.el,
  );
  let listed = "";
  return {
    el,
    update(scene, playing) {
      steps.update(scene, playing);
      strip.update(scene);
      const { state } = scene;
      activationLabel.hidden = !chooses(state, scene.layers);
      activation.value = state.activation;
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
      const computed = scene.formula.length > 0 && state.phase !== "update";
      hide.hidden = state.mode !== "predict" || !computed;
      hide.value = name;
      put(hide, state.hidden.includes(name) ? `Show ${name}` : `Hide ${name}`);
      score.hidden = state.mode !== "predict" || state.score.length === 0;
      put(score, tally(state.score));
    },
  };
}

// Other activations come late in the course: the choice is there where an example begins with one,
// and with batches, which come just before.
const chooses = ({ x, activation, _start }, layers) =>
  layers === 2 && (x.length > 1 || activation !== "relu" || _start.activation !== "relu");

function presetOf(state) {
  const start = JSON.stringify(state._start);
  const same = ([, preset]) => JSON.stringify(preset.numbers) === start;
  return Object.entries(state._presets).find(same)?.[0] ?? "";
}
