// The picture of the network: one board on which everything has its place.

import { element, setAttribute } from "./dom.js";
import { edges } from "./edges.js";
import { sizes } from "../model/engine.js";
import { layout } from "../model/layout.js";
import { matrices } from "./matrices.js";
import { reached } from "../model/phases.js";
import { onEdges } from "./pills.js";
import { rail } from "./rail.js";
import { units } from "./units.js";

export function stage(act) {
  const board = element("div", { class: "board" });
  const el = element("div", { class: "stage", role: "group", "aria-label": "The network" }, board);
  let [built, placed, plan, parts] = ["", "", null, []];
  return {
    el,
    board,
    plan: () => plan,
    update(scene, room) {
      const shape = sizes(scene.state);
      const shows = {
        tall: scene.state.phase === "update" || scene.marked,
        gradients: reached("grad_logits", scene.state.phase, scene.layers),
      };
      const key = JSON.stringify([shape, room, shows]);
      if (key !== placed) plan = layout(shape, room, shows);
      if (built !== shape.join()) {
        parts = [
          ...[rail(scene.state, act), edges(scene.state, plan, act), units(scene.state, plan, act)],
          ...[matrices(scene.state, act), onEdges(act)],
        ];
        board.replaceChildren(...parts.map((part) => part.el));
      }
      if (key !== placed || built !== shape.join()) {
        setAttribute(board, "style", `width:${plan.width}px;height:${plan.height}px;--figure:${plan.figure}px;--label:${plan.label}px;--second:${plan.measures.second}px`);
        board.classList.toggle("folded", plan.folded);
        board.classList.toggle("tall", shows.tall);
        for (const part of parts) part.place(plan);
      }
      [built, placed] = [shape.join(), key];
      for (const part of parts) part.update(scene, plan);
    },
  };
}
