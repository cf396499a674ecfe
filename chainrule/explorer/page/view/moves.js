// One step through the phases either way, and all of them by themselves.

import { element, put, setAttribute } from "./dom.js";
import { layersOf, phases } from "../model/phases.js";
import { hasPlane } from "../model/plane.js";

export const button = (text, title, onclick) =>
  element("button", { type: "button", title, onclick }, text);

export function moves(act) {
  const back = button("◂ Back", "The phase before", () => act.move(-1));
  const next = button("Next ▸", "The next phase", () => act.move(1));
  const play = button("▶", "", act.play);
  const el = element("div", { class: "moves", role: "group", "aria-label": "Steps" }, back, next, play);
  return {
    el,
    update(scene, playing) {
      const order = phases(layersOf(scene.state));
      const place = order.indexOf(scene.state.phase);
      back.disabled = place === 0;
      next.disabled = place === order.length - 1;
      // Where the plane shows what it leads to, it goes on with training.
      play.disabled = next.disabled && !hasPlane(scene.state);
      const what = hasPlane(scene.state) ? "Play the rest of the pass, then train, update by update" : "Play the rest of the pass, phase by phase";
      setAttribute(play, "title", what);
      put(play, playing ? "❚❚" : "▶");
      setAttribute(play, "aria-label", playing ? "pause" : "play");
    },
  };
}
