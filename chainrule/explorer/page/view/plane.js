// The plane of two features: the examples by the shapes and colours of their classes, and behind them
// which class the parameters give to each place. Each region is strewn with its class's shape.

import { element, mark, put, setAttribute, shape } from "./dom.js";
import { range, targets } from "../model/engine.js";
import { fit } from "../model/format.js";
import { classifier, countRight, ends, hasPlane, regions } from "../model/plane.js";
import { SHAPES } from "./examples.js";

const PLANE_SIZE = 300;
const FRAME = { left: 44, right: PLANE_SIZE - 6, top: 6, bottom: PLANE_SIZE - 22 };
const STREWN = 9; // small shapes along each axis

export function planePanel(act) {
  const heading = element("p", { class: "heading" }, "the plane of the features");
  const el = element("div", { role: "group", class: "pane plane", "aria-label": "Plane" }, heading);
  const drawing = shape("svg", { viewBox: `0 0 ${PLANE_SIZE} ${PLANE_SIZE}`, role: "img" });
  const words = element("p", { class: "note" });
  el.append(drawing, words);
  let built = "";
  let parts = null;
  return {
    el,
    update(scene, height) {
      const { state } = scene;
      el.hidden = !hasPlane(state);
      if (el.hidden) return;
      const classes = targets(state);
      const key = [classes, state.parameters.at(-1)[0].length].join();
      if (key !== built) parts = planeOf(drawing, classes, state.parameters.at(-1)[0].length, act);
      built = key;
      setAttribute(drawing, "style", height ? `max-height:${Math.round(height)}px` : null);
      const shown = scene.rows.every((n) => scene.shows(`probs[${n},0]`));
      const right = `${countRight(state)} of ${classes.length} examples lie in the region of their class.`;
      put(words, shown ? right : "The regions are seen when the probabilities are computed.");
      setAttribute(drawing, "aria-label", `${classes.length} examples in the plane of x[:,0] and x[:,1]. ${words.textContent}`);
      paint(parts, state, shown);
    },
  };
}

function planeOf(drawing, classes, count, act) {
  const fills = range(count).map((c) => shape("path", { class: `region class-${c}` }));
  const strewn = range(count).map((c) => shape("path", { class: `strewn class-${c}` }));
  const border = shape("path", { class: "border" });
  const frame = shape("path", { class: "axes", d: `M${FRAME.left} ${FRAME.top}V${FRAME.bottom}H${FRAME.right}` });
  const points = classes.map((target, n) => {
    const point = shape("path", { class: `marker class-${target}`, d: SHAPES[target], tabindex: null });
    point.addEventListener("click", () => act.choose(n));
    return point;
  });
  const text = (x, y, anchor) => shape("text", { x, y, "text-anchor": anchor });
  const ticks = [
    ...[text(FRAME.left, PLANE_SIZE - 7, "start"), text(FRAME.right, PLANE_SIZE - 7, "end")],
    ...[text(FRAME.left - 4, FRAME.bottom, "end"), text(FRAME.left - 4, FRAME.top + 8, "end")],
    ...[text((FRAME.left + FRAME.right) / 2, PLANE_SIZE - 7, "middle"), text(FRAME.left - 4, (FRAME.top + FRAME.bottom) / 2, "end")],
  ];
  drawing.replaceChildren(...fills, ...strewn, border, frame, ...ticks, ...points);
  return { fills, strewn, border, points, ticks, lattice: latticeOf(count) };
}

// Where the small shapes stand, in parts of both axes, and how they are drawn there.
function latticeOf(count) {
  return range(STREWN * STREWN).map((k) => {
    const parts = [k % STREWN, Math.floor(k / STREWN)].map((step) => (step + 0.5) / STREWN);
    const x = FRAME.left + (FRAME.right - FRAME.left) * parts[0];
    const y = FRAME.bottom - (FRAME.bottom - FRAME.top) * parts[1];
    return { parts, shapes: range(count).map((c) => moved(SHAPES[c], x, y, 2.6)) };
  });
}

function paint({ fills, strewn, border, points, ticks, lattice }, state, shown) {
  const [across, up] = ends(state);
  const x = (value) => FRAME.left + ((FRAME.right - FRAME.left) * (value - across[0])) / (across[1] - across[0]);
  const y = (value) => FRAME.bottom - ((FRAME.bottom - FRAME.top) * (value - up[0])) / (up[1] - up[0]);
  const at = ([p, q]) => `${x(p).toFixed(1)} ${y(q).toFixed(1)}`;
  const { pieces, borders } = shown ? regions(state, [across, up]) : { pieces: [], borders: [] };
  const paths = fills.map(() => "");
  for (const { winner, corners } of pieces) paths[winner] += `M${corners.map(at).join("L")}z`;
  fills.forEach((fill, c) => setAttribute(fill, "d", paths[c]));
  setAttribute(border, "d", borders.map((piece) => `M${piece.map(at).join("L")}`).join(""));
  const small = strewn.map(() => "");
  const winner = classifier(state);
  for (const place of shown ? lattice : []) {
    const one = winner(...[across, up].map(([low, high], axis) => low + (high - low) * place.parts[axis]));
    small[one] += place.shapes[one];
  }
  strewn.forEach((path, c) => setAttribute(path, "d", small[c]));
  points.forEach((point, n) => {
    const chosen = n === state.example;
    setAttribute(point, "transform", `translate(${at(state.x[n])}) scale(${chosen ? 9 : 6.2})`);
    mark(point, { chosen });
  });
  const names = [fit(across[0], 6), fit(across[1], 6), fit(up[0], 6), fit(up[1], 6), "x[:,0]", "x[:,1]"];
  ticks.forEach((tick, k) => put(tick, names[k]));
}

// A shape elsewhere and smaller: its first point is given by its place, all others by steps from it.
function moved(path, x, y, size) {
  return path.replace(/([A-Za-z])([^A-Za-z]*)/g, (_, step, values) => {
    const numbers = values.match(/-?[\d.]+/g)?.map(Number) ?? [];
    if (step === "a") return `a${[...numbers.slice(0, 2).map((v) => v * size), ...numbers.slice(2, 5), ...numbers.slice(5).map((v) => v * size)].map(short).join(" ")}`;
    const place = (v, k) => v * size + (step === step.toUpperCase() ? (step === "V" || k % 2 ? y : x) : 0);
    return `${step}${numbers.map(place).map(short).join(" ")}`;
  });
}
const short = (value) => value.toFixed(1).replace(/\.0$/, "");
