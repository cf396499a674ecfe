// Parameters and their gradients as matrices, the update as old − η·grad = new, and the marks of
// the learner's own function entry by entry.

import { element, mark, put, setAttribute } from "./dom.js";
import { parameterNames } from "../model/engine.js";
import { entries, lookUp, split, twin } from "../model/entry.js";
import { fit, format } from "../model/format.js";

const CELL_ROOM = 9; // characters

export function tables(act) {
  const el = element("div", { role: "group", class: "tables", "aria-label": "Matrices" });
  let built = "";
  let parts = [];
  return {
    el,
    update(scene) {
      const names = parameterNames(scene.state.parameters);
      const key = names.map((n) => scene.values[n].map((row) => row.length)).join(";");
      if (key !== built) {
        parts = names.map((name, k) => equation(name, k, scene.values[name], act));
        el.replaceChildren(...parts.map((part) => part.el));
        built = key;
      }
      const after = scene.state.phase === "update" ? scene.after() : null;
      for (const part of parts) part.update(scene, after);
    },
  };
}

// W, and with its gradient and the learning rate: W − η · grad_W = new W.
function equation(name, k, array, act) {
  const old = matrix(name, array, act);
  const gradient = matrix(twin(name), array, act);
  const next = matrix(`new ${name}`, array, act);
  const rate = element("span", { class: "between" });
  const equals = element("span", { class: "between" }, "=");
  const el = element("div", { class: "equation" }, old.el, rate, gradient.el, equals, next.el);
  return {
    el,
    update(scene, after) {
      old.update(scene, (id) => scene.short(id, CELL_ROOM));
      gradient.update(scene, (id) => {
        const own = scene.own(id);
        return own === undefined ? scene.short(id, CELL_ROOM) : fit(own, CELL_ROOM);
      });
      put(rate, after ? `− ${format(scene.state.learning_rate)} ·` : "");
      mark(el, { updating: after, marked: scene.verdict(`grad_${name}[0,0]`).known });
      next.update(scene, (id) => {
        const { i, j } = split(plain(id));
        const known = after && scene.shows(`grad_${name}[${i},${j}]`);
        return known ? fit(after.parameters[k][i][j], CELL_ROOM) : after ? "?" : "";
      });
    },
  };
}

// One tab stop a matrix; arrow keys move among its cells.
function matrix(name, array, act) {
  const ids = entries(name, array);
  const columns = array[0].length;
  const cells = ids.map((id) => cell(id, act));
  const rows = array.map((_, i) =>
    element("tr", { role: "row" }, ...cells.slice(i * columns, (i + 1) * columns).map((c) => c.el)),
  );
  const caption = element("caption", {}, name);
  const el = element("table", { class: "matrix", role: "grid", "aria-label": name }, caption);
  el.append(element("tbody", { role: "rowgroup" }, ...rows));
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  el.addEventListener("keydown", (event) => {
    const place = cells.findIndex((c) => c.el === document.activeElement);
    if (event.key === "Enter" || event.key === " ") act.select(plain(ids[place]));
    else if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    cells[place + (moves[event.key] ?? 0)]?.el.focus();
  });
  return {
    el,
    update(scene, text) {
      put(caption, scene.own(ids[0]) === undefined ? name : `your ${name}`);
      const chosen = ids.findIndex((id) => scene.state.selection === plain(id));
      cells.forEach((c, place) => {
        setAttribute(c.el, "tabindex", place === Math.max(0, chosen) ? 0 : -1);
        c.update(scene, text(ids[place]));
      });
    },
  };
}

const plain = (id) => id.replace("new ", "");

function cell(id, act) {
  const figure = element("span", { class: "figure" });
  const yours = element("span", { class: "yours" });
  const name = element("span", { class: "spoken" }, `${id}: `);
  const el = element("td", { role: "gridcell", "data-entry": id }, name, figure, yours);
  el.addEventListener("click", () => act.select(plain(id)));
  return {
    el,
    update(scene, text) {
      put(figure, text || "·");
      const lit = scene.lit(id.startsWith("new ") ? "" : id);
      mark(el, lit);
      setAttribute(el, "aria-selected", lit.selected);
      const verdict = scene.verdict(id);
      mark(el, verdict);
      put(yours, verdict.right ? "✓" : verdict.wrong ? wrongly(scene, id) : "");
    },
  };
}

// Below the true value, yours; where yours stands above and the update goes by it, the cross alone.
function wrongly(scene, id) {
  if (scene.own(id) !== undefined) return "✗";
  return `✗ ${fit(lookUp(scene.state.marks.yours, id), CELL_ROOM - 2)}`;
}
