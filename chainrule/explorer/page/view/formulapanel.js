// The formula of one entry with its numbers put in, its result, and the place for a prediction.

import { element, mark, put, setAttribute } from "./dom.js";
import { parameterNames } from "../model/engine.js";
import { isEntry, isParameter, split, twin } from "../model/entry.js";
import { LONG, format, parse } from "../model/format.js";
import { isRest, noteOf, othersIn } from "../model/formula.js";
import { howFarOff } from "../model/score.js";

// What was refused is said there, too, where there is always room for a line.
export function formulaPanel(act, message) {
  const name = element("span", { class: "heading" });
  const note = element("span", { class: "note" });
  const line = element("div", { class: "formula" });
  const outcome = element("p", { class: "note outcome" });
  const content = [element("p", { class: "about" }, name, note), line, message, outcome];
  const el = element("div", { role: "group", class: "pane working", "aria-label": "Formula" }, ...content);
  let built = "";
  let parts = [];
  return {
    el,
    update(scene, room, figure) {
      const size = Math.max(Math.min(figure, 15), Math.min(figure, room.line / ems(scene.formula)));
      setAttribute(line, "style", `font-size:${size.toFixed(1)}px`);
      const hidden = scene.hides(scene.about);
      const key = [scene.about, hidden, ...scene.formula].join(" ");
      if (key !== built) {
        parts = scene.formula.map((token) => term(token, act));
        const result = [resultOf(scene.about, hidden, act)];
        parts.push(...result);
        line.replaceChildren(...parts.map((part) => part.el));
        built = key;
      }
      const update = isUpdated(scene.about, scene);
      put(name, update ? `new ${scene.about}` : scene.about);
      put(note, noteOf(update ? "update" : split(scene.about).name, scene.state));
      put(outcome, update ? lossBeforeAndAfter(scene) : said(scene));
      for (const part of parts) part.update(scene);
    },
  };
}

// About how wide a formula with its result is, in parts of its figures: so that most fit in a line,
// and do so whatever the numbers are.
function ems(formula) {
  const widths = formula.map((token) => (isEntry(token) || isRest(token) ? 6 * 0.602 + 1 : token.length * 0.602 + 0.4));
  return widths.reduce((sum, width) => sum + width, 12 * 0.602);
}

// Whether the formula is that of the update of this entry.
const isUpdated = (id, scene) => scene.state.phase === "update" && isParameter(id);

function lossBeforeAndAfter(scene) {
  const now = scene.text("loss", LONG);
  return `loss: ${now} now, ${scene.hides("loss") ? "?" : format(scene.after().loss, LONG)} after`;
}

function term(token, act) {
  if (isRest(token)) return restTerm(token);
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

// Of a sum over many examples, what those add that have no term of their own.
function restTerm(token) {
  const symbol = element("span", { class: "symbol" });
  const number = element("span", { class: "figure" });
  return {
    el: element("span", { class: "term rest" }, symbol, number),
    update(scene) {
      put(symbol, `the ${othersIn(scene.state)} others`);
      put(number, scene.restText(token) || "…");
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
  put(figure, scene.text(id, LONG) || "…");
}

// What became of the prediction for this entry.
function said({ state, about, value }) {
  const guess = state.mode === "predict" ? state.guesses[about] : undefined;
  return guess === undefined ? "" : `you said ${format(guess)}: ${howFarOff(guess, value(about))}`;
}
