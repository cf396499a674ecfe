// The picture of the network: one board on which everything has its place.

import { element, setAttribute } from "./dom.js";
import { edges } from "./edges.js";
import { MOST_STACKED, sizes } from "../model/engine.js";
import { layout } from "../model/layout.js";
import { matrices } from "./matrices.js";
import { reached } from "../model/phases.js";
import { onEdges } from "./pills.js";
import { rail } from "./rail.js";
import { units } from "./units.js";

const MOST_PLANS = 8;

export function stage(act) {
  const board = element("div", { class: "board" });
  const el = element("div", { class: "stage", role: "group", "aria-label": "The network" }, board);
  let [built, placed, plan, parts] = ["", "", null, []];
  const plans = new Map(); // of the last few rooms, by what they were made from
  function planned(scene, room) {
    const shape = sizes(scene.state);
    const { rows } = scene;
    const shows = {
      rows: rows.length <= MOST_STACKED ? rows.length : 1,
      tall: scene.state.phase === "update" || scene.marked,
      gradients: reached("grad_logits", scene.state.phase, scene.layers),
    };
    const key = JSON.stringify([shape, room, shows]);
    if (!plans.has(key)) {
      if (plans.size >= MOST_PLANS) plans.delete(plans.keys().next().value);
      plans.set(key, layout(shape, room, shows));
    }
    return { key, shape, shows, plan: plans.get(key) };
  }
  return {
    el,
    board,
    plan: () => plan,
    planned: (scene, room) => planned(scene, room).plan,
    update(scene, room) {
      const { key, shape, shows, ...now } = planned(scene, room);
      plan = now.plan;
      const made = [shape, scene.rows, scene.state.activation].join();
      if (built !== made) {
        parts = [
          ...[rail(scene.state, act), edges(scene.state, plan, act), units(scene.state, plan, act)],
          ...[matrices(scene.state, act), onEdges(act)],
        ];
        board.replaceChildren(...parts.map((part) => part.el));
      }
      if (key !== placed || built !== made) {
        setAttribute(board, "style", `width:${plan.width}px;height:${plan.height}px;--figure:${plan.figure}px;--label:${plan.label}px;--second:${plan.measures.second}px;--second-font:${plan.measures.secondFont}px`);
        board.classList.toggle("folded", plan.folded);
        board.classList.toggle("tall", shows.tall);
        for (const part of parts) part.place(plan);
      }
      [built, placed] = [made, key];
      for (const part of parts) part.update(scene, plan);
    },
  };
}
