// The formula of one entry with its numbers put in, its result, and the place for a prediction.

import { element, mark, put } from "./dom.js";
import { parameterNames } from "../model/engine.js";
import { isEntry, isParameter, split, twin } from "../model/entry.js";
import { LONG, format, parse } from "../model/format.js";
import { NOTES } from "../model/formula.js";

export function formulaPanel(act) {
  const name = element("p", { class: "heading" });
  const note = element("p", { class: "note" });
  const line = element("div", { class: "formula" });
  const outcome = element("p", { class: "note outcome" });
  const content = [name, note, line, outcome];
  const el = element("div", { role: "group", class: "pane broad", "aria-label": "Formula" }, ...content);
  let built = "";
  let parts = [];
  return {
    el,
    update(scene) {
      const hidden = scene.hides(scene.about);
      const key = [scene.about, hidden, ...scene.formula].join(" ");
      if (key !== built) {
        parts = scene.formula.map((token) => term(token, act));
        const result = scene.formula.length ? [resultOf(scene.about, hidden, act)] : [];
        parts.push(...result);
        line.replaceChildren(...parts.map((part) => part.el));
        built = key;
      }
      const update = isUpdated(scene.about, scene);
      put(name, update ? `new ${scene.about}` : scene.about);
      put(note, NOTES[update ? "update" : split(scene.about).name] ?? "");
      put(outcome, update ? lossBeforeAndAfter(scene) : "");
      for (const part of parts) part.update(scene);
    },
  };
}

// Whether the formula is that of the update of this entry.
const isUpdated = (id, scene) => scene.state.phase === "update" && isParameter(id);

function lossBeforeAndAfter(scene) {
  const now = scene.text("loss", LONG);
  return `loss: ${now} now, ${scene.hides("loss") ? "?" : format(scene.after().loss, LONG)} after`;
}

function term(token, act) {
  if (!isEntry(token)) {
    return { el: element("span", { class: "between" }, token), update() {} };
  }
  const symbol = element("span", { class: "symbol" });
  const number = element("span", { class: "figure" });
  const attributes = { type: "button", class: "term", "data-entry": token };
  const el = element("button", { ...attributes, onclick: () => act.select(token) }, symbol, number);
  if (token === "η") el.disabled = true;
  return {
    el,
    update(scene) {
      const own = scene.own(token);
      put(symbol, own === undefined ? token : `your ${token}`);
      put(number, own === undefined ? scene.text(token) || "…" : format(own));
      mark(el, scene.lit(token));
    },
  };
}

function resultOf(id, hidden, act) {
  const figure = element("output", { class: "figure" });
  const el = element("span", { class: "result" }, element("span", { class: "between" }, "="));
  if (!hidden) {
    el.append(figure);
    return { el, update: (scene) => showResult(figure, id, scene) };
  }
  const input = element("input", {
    type: "text",
    class: "guess",
    inputmode: "decimal",
    placeholder: "your prediction",
    "aria-label": `your prediction for ${id}`,
    onkeydown: (event) => {
      if (event.key === "Enter" && input.value.trim()) act.guess(id, parse(input.value));
    },
  });
  el.append(input);
  return { el, update() {} };
}

function showResult(figure, id, scene) {
  const { state } = scene;
  if (isUpdated(id, scene)) {
    const { name, i, j } = split(id);
    const place = parameterNames(state.parameters).indexOf(name);
    put(figure, scene.shows(twin(id)) ? format(scene.after().parameters[place][i][j], LONG) : "?");
    return;
  }
  const text = scene.text(id, LONG) || "…";
  const guess = state.mode === "predict" ? state.guesses[id] : undefined;
  put(figure, guess === undefined ? text : `${text} — ${verdictOf(guess, scene.value(id))}`);
}

// A prediction counts as right within one hundredth.
function verdictOf(guess, value) {
  const right = Math.abs(guess - value) <= 0.01 * Math.abs(value);
  return `you said ${format(guess)}: ${right ? "right" : "not that"}`;
}
