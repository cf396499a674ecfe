// One view of an explorer: it draws the state of its model. All views of a model are redrawn by the
// model's own change event, wherever the change came from.

import { actions, read } from "./actions.js";
import { codePanel } from "./codepanel.js";
import { element, mark, put, setAttribute } from "./dom.js";
import { LONG } from "../model/format.js";
import { formulaPanel } from "./formulapanel.js";
import { legend } from "./legend.js";
import { lossPanel } from "./losspanel.js";
import { motion } from "./motion.js";
import { layersOf, phases } from "../model/phases.js";
import { hasPlane } from "../model/plane.js";
import { planePanel } from "./plane.js";
import { measured, roomOf } from "./room.js";
import { scene } from "../model/scene.js";
import { sharing } from "./sharing.js";
import { slopePanel } from "./slopepanel.js";
import { stage } from "./stage.js";
import { isMarked, numbers } from "../model/state.js";
import { toolbar } from "./toolbar.js";
import { tour } from "./tour.js";

const PAUSE = 900; // milliseconds between two phases that play by themselves
const TRAIN = 120; // and between two steps of training
const READABLE = 13; // pixels of a figure

// `page` is what a page of its own adds: how to save itself.
export function render({ model, el, page = null }) {
  const message = element("p", { class: "message", role: "alert" });
  const marks = element("p", { class: "marks", role: "status" });
  const announcement = element("p", { class: "announcement", "aria-live": "polite" });
  const root = element("div", { class: "chainrule-explorer" });
  const say = (text) => put(message, text);
  const show = tour(root);
  let hovered = "";
  let timer = null; // runs while the phases play by themselves
  let drawn = null;
  let metrics = null; // of the surroundings, measured when they change
  const act = actions(model, root, {
    ...{ say, redraw, play, tour: show.start },
    hover(id) {
      if (hovered === id) return;
      hovered = id;
      redraw();
    },
  });
  const shared = sharing(model, say, page);
  const bar = toolbar(act, shared.buttons);
  const picture = stage(act);
  const plane = planePanel(act);
  const both = element("div", { class: "both" }, picture.el, plane.el);
  const key = legend();
  const formula = formulaPanel(act, message);
  const panels = [codePanel(), slopePanel(), lossPanel(act)];
  const main = element("div", { class: "main" }, both, key.el, formula.el);
  const side = element("div", { class: "side" }, ...panels.map((part) => part.el));
  root.append(bar.el, show.el, marks, element("div", { class: "columns" }, main, side), announcement);
  const parts = [key, ...panels];
  const moving = motion(picture.board);

  function redraw() {
    const now = scene(read(model), hovered);
    bar.update(now, timer !== null);
    metrics ??= measured(root, bar.el);
    const room = placed(now);
    put(marks, marksLine(now.state));
    setAttribute(root, "style", `font-size:${room.text}px`);
    mark(root, { beside: room.beside, narrow: room.narrow, screen: room.screen, aside: room.aside > 0 });
    setAttribute(plane.el, "style", room.aside ? `width:${room.aside}px` : null);
    plane.update(now, room.aside && Math.max(picture.plan().height - 4.5 * room.text, 200));
    formula.update(now, room, Math.min(room.formula, picture.plan().figure));
    for (const part of parts) part.update(now);
    put(announcement, now.text(now.about) && `${now.about}: ${now.spoken(now.about, LONG)}`);
    animate(now);
  }

  // The picture in the room that there is. What does not fit a screen in figures that can be read is
  // scrolled, with the formula docked.
  function placed(now) {
    const plane = hasPlane(now.state);
    const roomFor = (all) => roomOf(metrics, now.state.font_scale, { plane, all });
    const { fits, figure } = picture.planned(now, roomFor(true).picture);
    const room = roomFor(fits && figure >= READABLE);
    picture.update(now, room.picture);
    return room;
  }

  // The phase that has just been reached by one step is seen to be computed.
  function animate(now) {
    const order = phases(layersOf(now.state));
    const place = order.indexOf(now.state.phase);
    const figures = JSON.stringify([numbers(now.state), now.state.hidden, now.state.guesses]);
    const onward = drawn && drawn.place + 1 === place && drawn.layers === now.layers;
    const same = drawn && drawn.place === place && drawn.figures === figures;
    drawn = { place, figures, layers: now.layers };
    if (same) return;
    moving.stop();
    const ended = onward ? moving.start(now, picture.plan(), now.state.phase) : Promise.resolve();
    if (timer !== null) ended.then(goOn);
  }

  function play() {
    clearTimeout(timer);
    timer = timer === null ? setTimeout(forward, 0) : null;
    redraw();
  }
  function goOn() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = setTimeout(forward, PAUSE);
  }
  function forward() {
    const state = read(model);
    const last = state.phase === phases(layersOf(state)).at(-1);
    if (last && hasPlane(state) && act.train()) timer = setTimeout(forward, TRAIN);
    else if (last) timer = null;
    else act.move(1);
    redraw();
  }

  // JupyterLab takes keys for notebook commands, so they stay here; its shortcuts with Ctrl, and
  // Escape, go on to it.
  root.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const field = event.target.matches?.("input[type=text]") && event.target.dataset.typed;
    if (control && !event.shiftKey && !event.altKey && event.key === "z" && !field) {
      event.preventDefault();
      event.stopPropagation();
      act.undo();
      return;
    }
    const passes = control || event.altKey || event.key === "Escape";
    if (!passes) event.stopPropagation();
  });
  const pointed = (event) => {
    if (event.pointerType === "touch") return;
    act.hover(event.target.closest?.("[data-entry]")?.dataset.entry.replace("new ", "") ?? "");
  };
  root.addEventListener("pointerover", pointed);
  root.addEventListener("pointerleave", () => act.hover(""));
  const resized = () => {
    metrics = null;
    redraw();
  };
  const watch = new ResizeObserver(resized);
  model.on("change", redraw);
  window.addEventListener("resize", resized);
  el.append(root);
  redraw();
  watch.observe(bar.el); // as wide as all, and of the height that counts
  return () => {
    timer = null;
    watch.disconnect();
    window.removeEventListener("resize", resized);
    model.off("change", redraw);
    shared.stop();
  };
}

function marksLine(state) {
  if (!state.marks.message) return "";
  return isMarked(state) ? state.marks.message : `${state.marks.message} (for other numbers)`;
}

export default { render };
