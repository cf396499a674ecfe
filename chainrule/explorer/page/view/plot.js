// A small plot with axes: what the loss panel and the slope panel draw on.

import { setAttribute, shape } from "./dom.js";
import { fit } from "../model/format.js";

const [WIDTH, HEIGHT] = [300, 120];
const BOX = { left: 52, right: WIDTH - 8, top: 8, bottom: HEIGHT - 20 };
const ROOM = 7; // characters of a tick

export function plot() {
  const el = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", role: "img" });
  const axes = shape("path", { class: "axes", d: `M${BOX.left} ${BOX.top}V${BOX.bottom}H${BOX.right}` });
  const ticks = {
    low: shape("text", { x: BOX.left - 5, y: BOX.bottom, "text-anchor": "end" }),
    high: shape("text", { x: BOX.left - 5, y: BOX.top + 9, "text-anchor": "end" }),
    from: shape("text", { x: BOX.left, y: HEIGHT - 5 }),
    to: shape("text", { x: BOX.right, y: HEIGHT - 5, "text-anchor": "end" }),
    name: shape("text", { x: (BOX.left + BOX.right) / 2, y: HEIGHT - 5, "text-anchor": "middle" }),
  };
  const drawing = shape("svg", { x: BOX.left, y: BOX.top, width: BOX.right - BOX.left, height: BOX.bottom - BOX.top, class: "inner" });
  el.append(axes, ...Object.values(ticks), drawing);
  return {
    el,
    drawing,
    hide: (on) => setAttribute(drawing, "visibility", on ? "hidden" : "visible"),
    // The scales of both axes; their ends are written beside them.
    scales({ x: [from, to], y: [low, high], name, write = (value) => fit(value, ROOM) }) {
      const texts = { from: fit(from, ROOM), to: fit(to, ROOM), low: write(low), high: write(high), name };
      for (const [key, text] of Object.entries(texts)) ticks[key].textContent = text;
      const [wide, tall] = [BOX.right - BOX.left, BOX.bottom - BOX.top];
      return {
        x: (value) => (wide * (value - from)) / (to - from || 1),
        y: (value) => tall - (tall * (value - low)) / (high - low || 1),
      };
    },
    label: (text) => setAttribute(el, "aria-label", text),
  };
}

export const pointsOf = (points) => points.map((point) => point.map((v) => v.toFixed(1)).join()).join(" ");
