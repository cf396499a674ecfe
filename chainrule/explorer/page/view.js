// One view of an explorer: it draws the state of its model, and changes it. All views of a model
// are redrawn by the model's own change event, wherever the change came from.

import { codePanel, formulaPanel, lossPanel, probabilityPanel } from "./panels.js";
import { nextFontScale, phaseBar, toolbar } from "./controls.js";
import { element, mark, put, setAttribute } from "./dom.js";
import { named, sizes } from "./engine.js";
import { lookUp, split } from "./formula.js";
import { picture } from "./picture.js";
import { scene } from "./scene.js";
import { FIELDS, Refused, edit, go, guess, hide, isMarked, load, move, reset, step, undo } from "./state.js";
import { tables } from "./tables.js";

let count = 0;

const read = (model) => Object.fromEntries(FIELDS.map((name) => [name, model.get(name)]));

export function render({ model, el }) {
  const message = element("p", { class: "message", role: "alert" });
  const marks = element("p", { class: "marks", role: "status" });
  const announcement = element("p", { class: "announcement", "aria-live": "polite" });
  const root = element("div", { class: "chainrule-explorer" });
  const act = actions(model, (text) => put(message, text), redraw, root);
  const parts = [toolbar(act), phaseBar(act), picture(act)];
  const side = [formulaPanel(act), codePanel(), probabilityPanel(act), lossPanel(act)];
  const below = tables(act);
  const [bar, phases, stage] = parts.map((part) => part.el);
  const panels = element("div", { class: "panels" }, ...side.map((part) => part.el));
  const columns = element("div", { class: "columns" }, element("div", { class: "main" }, stage, below.el));
  columns.append(element("div", { class: "side" }, panels));
  root.append(bar, phases, message, marks, columns, announcement);
  parts.push(...side, below);

  function redraw() {
    const now = scene(read(model));
    setAttribute(root, "style", `font-size:${14 * now.state.font_scale}px`);
    for (const part of parts) part.update(now);
    mark(root, { wide: Math.max(...sizes(now.state)) > 4 });
    put(marks, marksLine(now.state));
    put(announcement, now.text(now.about) && `${now.about}: ${now.spoken(now.about, 9)}`);
  }

  // JupyterLab takes keys for notebook commands, so they stay here; its shortcuts with Ctrl, and
  // Escape, go on to it.
  root.addEventListener("keydown", (event) => {
    const passes = event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape";
    if (!passes) event.stopPropagation();
  });
  model.on("change", redraw);
  redraw();
  el.append(root);
  return () => model.off("change", redraw);
}

// What the controls call. Each writes its changes to the model in one go; what is refused is said
// in one line, and nothing changes.
function actions(model, say, redraw, root) {
  let gesture = 0; // a drag, or the keys pressed while a number has the focus
  let last = "";

  function apply(make) {
    try {
      const changes = make(read(model));
      say("");
      model.set(changes); // all at once: a change event never sees half of them
      model.save_changes();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(error.message);
      redraw();
      return false;
    }
  }

  function once(make) {
    last = "";
    return apply(make);
  }

  return {
    group: `chainrule-target-${(count += 1)}`,
    redraw,
    fail: say,
    begin: () => (gesture += 1),
    value: (id) => (id === "learning_rate" ? model.get(id) : lookUp(named(read(model)), id)),
    edit(id, value) {
      const key = `${id} ${gesture}`;
      const done = apply((state) => edit(state, id, value, key === last));
      if (done) last = key;
    },
    select(id) {
      if (id === "learning_rate" || id === model.get("selection")) return;
      model.set({ selection: id }); // and a message stays: it may be about the number just left
      model.save_changes();
    },
    step: (n) => once((state) => step(state, n)),
    undo: () => once(undo),
    reset: () => once(reset),
    load: (name) => once((state) => load(state, name)),
    go: (phase) => apply((state) => go(state, phase)),
    move: (by) => apply((state) => move(state, by)),
    hide: (name) => apply((state) => hide(state, name)),
    guess(id, value) {
      const done = apply((state) => guess(state, id, value));
      if (done) root.querySelector(`[data-entry="${id}"]`)?.focus(); // its own field is gone
    },
    predict: (on) => apply(() => ({ mode: on ? "predict" : "explore" })),
    ownGradients: (on) => apply(() => ({ own_gradients: on })),
    scale: (on) => apply(() => ({ log_scale: on })),
    fontScale: (by) => apply((state) => ({ font_scale: nextFontScale(state.font_scale, by) })),
    fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    verdict,
  };
}

// Whether the learner's function gave this entry right, where it was asked for these numbers.
function verdict({ state, hides }, id) {
  const { name, i, j } = split(id);
  const right = isMarked(state) && !hides(id) ? entryOf(state.marks.right[name], i, j) : undefined;
  return { right: right === true, wrong: right === false, known: right !== undefined };
}

const entryOf = (array, i, j) => (i === undefined ? array : array?.[i]?.[j]);

function marksLine(state) {
  if (!state.marks.message) return "";
  return isMarked(state) ? state.marks.message : `${state.marks.message} (for other numbers)`;
}

export default { render };
