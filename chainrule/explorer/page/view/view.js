// One view of an explorer: it draws the state of its model. All views of a model are redrawn by the
// model's own change event, wherever the change came from.

import { actions, read } from "./actions.js";
import { codePanel } from "./codepanel.js";
import { element, mark, put, setAttribute } from "./dom.js";
import { sizes } from "../model/engine.js";
import { LONG } from "../model/format.js";
import { formulaPanel } from "./formulapanel.js";
import { lossPanel } from "./losspanel.js";
import { phaseBar } from "./phasebar.js";
import { picture } from "./picture.js";
import { probabilityPanel } from "./probabilitypanel.js";
import { scene } from "../model/scene.js";
import { isMarked } from "../model/state.js";
import { tables } from "./tables.js";
import { toolbar } from "./toolbar.js";

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
    put(announcement, now.text(now.about) && `${now.about}: ${now.spoken(now.about, LONG)}`);
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

function marksLine(state) {
  if (!state.marks.message) return "";
  return isMarked(state) ? state.marks.message : `${state.marks.message} (for other numbers)`;
}

export default { render };
