// What is seen to move when a phase is reached: products run along their edges, one after the
// other, and the sums settle. The figures stand where they belong from the beginning; what moves is
// only laid over them, and goes as soon as anything changes.

import { element } from "./dom.js";
import { curve } from "../model/layout.js";
import { fit } from "../model/format.js";
import { runs } from "../model/motion.js";
import { isRow, split } from "../model/entry.js";

const TRAVEL = 650; // milliseconds along an edge
const ALL = 1300; // at most, from the first that leaves to the last
const SETTLE = 320;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function motion(board) {
  const el = element("div", { class: "running", "aria-hidden": "true" });
  let going = [];
  return {
    stop() {
      for (const animation of going) animation.cancel();
      going = [];
      el.replaceChildren();
    },
    // A promise of the end.
    start(scene, plan, phase) {
      this.stop();
      const row = isRow(phase) ? scene.rows[0] : 0;
      if (still() || scene.hides(`${phase}[${row},0]`)) return Promise.resolve();
      board.append(el);
      const all = runs(scene.state, scene.values, phase);
      const apart = Math.min(140, ALL / Math.max(1, all.length));
      all.forEach((run, k) => going.push(travel(el, run, plan, k * apart)));
      const last = all.length ? TRAVEL + (all.length - 1) * apart : 0;
      const reached = [...board.querySelectorAll("[data-entry]")].filter(
        (node) => node.matches(".value") && split(node.dataset.entry).name === phase,
      );
      for (const node of reached) going.push(settle(node, Math.max(0, last - TRAVEL / 3)));
      return Promise.allSettled(going.map((animation) => animation.finished));
    },
  };
}

function travel(el, { layer, i, j, from, to, value }, plan, delay) {
  const edge = plan.edges.find((e) => e.layer === layer && e.i === i && e.j === j);
  const figure = element("span", { class: "run" }, fit(value, 6));
  figure.classList.add(value < 0 ? "negative" : "positive");
  figure.style.offsetPath = `path("${curve(edge)}")`;
  el.append(figure);
  const frames = [
    { offsetDistance: `${100 * from}%`, opacity: 0 },
    { offsetDistance: `${100 * (from + 0.15 * (to - from))}%`, opacity: 1, offset: 0.15 },
    { offsetDistance: `${100 * (from + 0.9 * (to - from))}%`, opacity: 1, offset: 0.9 },
    { offsetDistance: `${100 * to}%`, opacity: 0 },
  ];
  const animation = figure.animate(frames, { duration: TRAVEL, delay, easing: "ease-in-out", fill: "both" });
  animation.finished.then(() => figure.remove(), () => {});
  return animation;
}

function settle(node, delay) {
  const frames = [{ transform: "scale(1)" }, { transform: "scale(1.14)" }, { transform: "scale(1)" }];
  return node.animate(frames, { duration: SETTLE, delay, easing: "ease-out" });
}
