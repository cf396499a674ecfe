// One step through the phases either way, and all of them by themselves.

import { element, put, setAttribute } from "./dom.js";
import { layersOf, phases } from "../model/phases.js";

export const button = (text, title, onclick) =>
  element("button", { type: "button", title, onclick }, text);

export function moves(act) {
  const back = button("◂ Back", "The phase before", () => act.move(-1));
  const next = button("Next ▸", "The next phase", () => act.move(1));
  const play = button("▶", "Play the rest of the pass, phase by phase", act.play);
  const el = element("div", { class: "moves", role: "group", "aria-label": "Steps" }, back, next, play);
  return {
    el,
    update(scene, playing) {
      const order = phases(layersOf(scene.state));
      const place = order.indexOf(scene.state.phase);
      back.disabled = place === 0;
      next.disabled = play.disabled = place === order.length - 1;
      put(play, playing ? "❚❚" : "▶");
      setAttribute(play, "aria-label", playing ? "pause" : "play");
    },
  };
}
