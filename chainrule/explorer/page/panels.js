// The formula with its numbers, the lines of code, the probabilities and the loss so far.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { NOTES, isEntry, split, twin } from "./formula.js";
import { format, parse } from "./format.js";

const LONG = 9; // digits of a result

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
      const update = scene.state.phase === "update" && /^[Wb]/.test(scene.about);
      put(name, update ? `new ${scene.about}` : scene.about);
      put(note, NOTES[update ? "update" : split(scene.about).name] ?? "");
      put(outcome, update ? lossBeforeAndAfter(scene) : "");
      for (const part of parts) part.update(scene);
    },
  };
}

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
  const { name, i, j } = split(id);
  if (state.phase === "update" && /^[Wb]/.test(name)) {
    const place = { W: 0, b: 1, W1: 0, b1: 1, W2: 2, b2: 3 }[name];
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

export function codePanel() {
  const list = element("ol", { class: "code" });
  const el = element("div", { role: "group", class: "pane broad", "aria-label": "Code" }, list);
  let built = "";
  let lines = [];
  return {
    el,
    update(scene) {
      const { state } = scene;
      const formulas = state._formulas[scene.layers - 1];
      const shown = Object.keys(formulas).filter((name) => isShown(name, state.code));
      el.hidden = shown.length === 0;
      const name = /^[Wb]/.test(split(scene.about).name) ? split(scene.about).name : "W";
      const key = [scene.layers, state.code, state.phase === "update" && name].join();
      if (key !== built) {
        lines = shown.map((name) => codeLine(name, formulas[name]));
        if (state.code === "all" && state.phase === "update")
          lines.push(codeLine(name, `${name} - learning_rate * grad_${name}`));
        list.replaceChildren(...lines.map((line) => line.el));
        built = key;
      }
      for (const line of lines) line.update(scene);
    },
  };
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
      for (const word of words) mark(word, { selected: names.includes(word.textContent) });
    },
  };
}

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
