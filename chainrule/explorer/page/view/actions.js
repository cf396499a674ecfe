// What the controls call. Each writes its changes to the model in one go; what is refused is said
// in one line, and nothing changes.

import { named, shown } from "../model/engine.js";
import { isRow, lookUp, split } from "../model/entry.js";
import { FIELDS, Refused, activate, choose, edit, go, guess, hide, load, move, pin, reset, step, undo } from "../model/state.js";

const FONT_SCALES = [1, 1.25, 1.5, 2, 2.5, 3];

export const read = (model) => Object.fromEntries(FIELDS.map((name) => [name, model.get(name)]));

// `view` has say(line), redraw(), hover(id), play() and what its surroundings offer to share by.
export function actions(model, root, view) {
  const { say, redraw } = view;
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
    // A page may hold the modules several times, so no counter of theirs tells its views apart.
    group: `chainrule-target-${Math.random().toString(36).slice(2)}`,
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
      const state = read(model);
      const { name, i } = split(id);
      const other = i !== undefined && isRow(name) && !shown(state).includes(i);
      model.set({ ...(other ? choose(state, i) : {}), selection: id }); // and a message stays: it may be about the number just left
      model.save_changes();
    },
    choose: (example) => apply((state) => choose(state, example)),
    activate: (name) => once((state) => activate(state, name)),
    step: (n) => once((state) => step(state, n)),
    // One step of many, which are taken back together; false where it cannot be taken.
    train() {
      const done = apply((state) => step(state, 1, last === "train"));
      last = done ? "train" : "";
      return done;
    },
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
    clearScore: () => apply(() => ({ score: [] })),
    pin: (id) => apply((state) => pin(state, id)),
    // The sign of the number that has the focus, or else of the selected one.
    negate() {
      const focused = document.activeElement?.matches(".number") && document.activeElement;
      const chosen = root.querySelector(`.number[data-entry="${model.get("selection")}"]`);
      (focused || chosen)?.dispatchEvent(new Event("negate"));
    },
    hover: view.hover,
    play: view.play,
    tour: view.tour,
    scale: (on) => apply(() => ({ log_scale: on })),
    fontScale: (by) => apply((state) => ({ font_scale: nextFontScale(state.font_scale, by) })),
    fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  };
}

function nextFontScale(now, by) {
  const place = FONT_SCALES.findIndex((scale) => scale >= now);
  return FONT_SCALES[Math.min(Math.max(place + by, 0), FONT_SCALES.length - 1)];
}
