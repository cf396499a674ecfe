// Between two layers their weights as a matrix: rows are sources, columns targets, and the bias a row
// of its own below. Beside it the same of the gradients, outlined. A parameter is edited there.

import { element, mark, put, setAttribute } from "./dom.js";
import { largestIn } from "./edges.js";
import { lookUp, twin } from "../model/entry.js";
import { fit } from "../model/format.js";
import { parameterNames } from "../model/engine.js";
import { computed, editable } from "./number.js";
import { at } from "./bars.js";
import { showGradient } from "./units.js";

export function matrices(state, act) {
  const el = element("div", { class: "matrices" });
  const names = parameterNames(state.parameters);
  const blocks = names.flatMap((weights, k) => {
    if (k % 2) return [];
    const [bias, rows] = [names[k + 1], state.parameters[k].length];
    const columns = state.parameters[k][0].length;
    return [
      blockOf({ weights, bias, rows, columns }, act),
      blockOf({ weights: twin(weights), bias: twin(bias), rows, columns }, act),
    ];
  });
  el.append(...blocks.map((block) => block.el));
  return {
    el,
    place(now) {
      for (const block of blocks) block.place(now);
    },
    update(scene, now) {
      const after = scene.state.phase === "update" ? scene.after() : null;
      for (const block of blocks) block.update(scene, now, after);
    },
  };
}

function blockOf({ weights, bias, rows, columns }, act) {
  const above = grid(weights, rows, columns, act);
  const below = grid(bias, 1, columns, act);
  const captions = [weights, bias].map((name) => element("span", { class: "caption" }, name));
  const el = element("div", { class: "block" }, captions[0], above.el, captions[1], below.el);
  return {
    el,
    place(plan) {
      const block = plan.blocks.find((other) => other.weights === weights);
      el.hidden = !block;
      if (!block) return;
      setAttribute(el, "style", at(block));
      for (const caption of captions) setAttribute(caption, "style", `height:${block.caption}px`);
      for (const part of [above, below])
        part.place(block.width / block.columns, block.row);
    },
    update(scene, plan, after) {
      [weights, bias].forEach((name, k) => put(captions[k], scene.own(`${name}[0,0]`) === undefined ? name : `your ${name}`));
      above.update(scene, plan, after);
      below.update(scene, plan, after);
    },
  };
}

function grid(name, rows, columns, act) {
  const gradient = name.startsWith("grad_");
  const ids = Array.from({ length: rows * columns }, (_, k) => `${name}[${Math.floor(k / columns)},${k % columns}]`);
  const cells = ids.map((id) => (gradient ? gradientCell(id, act) : parameterCell(id, act)));
  const lines = Array.from({ length: rows }, (_, i) =>
    element("div", { role: gradient ? "row" : null, class: "row" }, ...cells.slice(i * columns, (i + 1) * columns).map((c) => c.el)),
  );
  const attributes = { class: gradient ? "matrix gradients" : "matrix", "aria-label": name };
  const el = element("div", { ...attributes, role: gradient ? "grid" : "group" }, ...lines);
  if (gradient) arrows(el, cells, columns);
  return {
    el,
    place(width, height) {
      for (const line of lines) setAttribute(line, "style", `height:${height.toFixed(2)}px`);
      for (const cell of cells) setAttribute(cell.el, "style", `width:${width.toFixed(2)}px;${cell.tint ?? ""}`);
      for (const cell of cells) cell.place = `width:${width.toFixed(2)}px`;
    },
    update(scene, plan, after) {
      const largest = largestIn(scene, [name]);
      const chosen = ids.findIndex((id) => scene.state.selection === id || scene.state.selection === twin(id));
      cells.forEach((cell, k) => {
        if (gradient) setAttribute(cell.stop, "tabindex", k === Math.max(0, chosen) ? 0 : -1);
        cell.update(scene, plan, after, largest);
      });
    },
  };
}

// One tab stop for all cells; arrow keys move among them.
function arrows(el, cells, columns) {
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  el.addEventListener("keydown", (event) => {
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const place = cells.findIndex((cell) => cell.stop === document.activeElement);
    cells[place + moves[event.key]]?.stop.focus();
  });
}

// How much a cell is coloured, from 0 to 1, by its share of the matrix's largest number.
function tinted(cell, value, largest) {
  const share = largest > 0 ? Math.sqrt(Math.abs(value) / largest) : 0;
  cell.tint = `--share:${share.toFixed(3)}`;
  setAttribute(cell.el, "style", `${cell.place};${cell.tint}`);
  mark(cell.el, { positive: value > 0, negative: value < 0 });
}

function parameterCell(id, act) {
  const number = editable(id, `${id.startsWith("W") ? "weight" : "bias"} ${id}`, act);
  const next = element("span", { class: "second", "data-entry": `new ${id}` });
  const el = element("div", { class: "slot" }, number.el, next);
  const cell = { el };
  cell.update = (scene, { digits }, after, largest) => {
    number.update(scene.short(id, digits), scene.value(id), scene.spoken(id, digits), scene.lit(id));
    const place = parameterNames(scene.state.parameters).indexOf(id.split("[")[0]);
    const { i, j } = indices(id);
    const known = after && scene.shows(twin(id));
    put(next, known ? `→${fit(after.parameters[place][i][j], digits)}` : after ? "→?" : "");
    tinted(cell, scene.value(id), largest);
  };
  return cell;
}

const indices = (id) => {
  const [i, j] = id.match(/\d+(?=[,\]])/g).map(Number);
  return { i, j };
};

function gradientCell(id, act) {
  const number = computed(id, act, "value gradient");
  const yours = element("span", { class: "second" });
  const el = element("div", { class: "slot", role: "gridcell" }, number.el, yours);
  const cell = { el, stop: number.el };
  cell.update = (scene, { digits }, _, largest) => {
    const own = scene.own(id);
    showGradient(number, id, scene, digits);
    if (own !== undefined) put(number.el, fit(own, digits));
    const verdict = scene.verdict(id);
    const theirs = verdict.wrong && own === undefined ? `✗ ${fit(lookUp(scene.state.marks.yours, id), digits)}` : "";
    put(yours, verdict.right ? "✓" : theirs || (verdict.wrong ? "✗" : ""));
    mark(yours, { right: verdict.right, wrong: verdict.wrong });
    tinted(cell, scene.shows(id) ? scene.value(id) : 0, largest);
  };
  return cell;
}
