// A number that is edited where it stands: typed, dragged sideways, or stepped with arrow keys.

import { element, mark, put, setAttribute } from "./dom.js";
import { parse } from "../model/format.js";

const STEPS = { ArrowUp: 0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };
const PIXELS_A_STEP = 4;

// What a step is relative to: the learning rate moves within its own power of ten.
const unitOf = (id, value) => (id === "learning_rate" ? 10 ** Math.floor(Math.log10(value) + 1e-9) : 1);

// `act` has select(id), begin(), edit(id, value), fail(message), and value(id).
export function editable(id, label, act) {
  const input = element("input", {
    type: "text",
    class: "number",
    role: "spinbutton",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": label,
    "data-entry": id,
  });
  let typed = false; // and `data-typed` says so, for whoever looks at the keys
  let drag = null;
  const type = (on) => {
    typed = on;
    setAttribute(input, "data-typed", on);
  };

  const change = (value) => act.edit(id, Number(value.toPrecision(12)));
  const commit = () => {
    if (!typed) return;
    type(false);
    const value = parse(input.value);
    if (Number.isNaN(value)) act.fail(`${id}: "${input.value}" is not a number`);
    else if (value !== act.value(id)) change(value);
    act.redraw();
  };

  input.addEventListener("focus", () => {
    act.begin();
    act.select(id);
    input.select();
  });
  input.addEventListener("input", () => type(true));
  input.addEventListener("blur", commit);
  // From a key beside the field, for keyboards without a minus.
  input.addEventListener("negate", () => {
    const value = typed ? parse(input.value) : act.value(id);
    type(false);
    if (Number.isFinite(value)) change(-value);
    act.redraw();
  });
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      event.preventDefault();
      commit();
      const by = STEPS[event.key] * (event.shiftKey ? 0.1 : 1);
      const old = act.value(id);
      change(Math.round((old + by * unitOf(id, old)) * 1e9) / 1e9);
    } else if (event.key === "Enter") {
      commit();
      input.select();
    } else if (event.key === "Escape" && typed) {
      type(false);
      act.redraw();
    }
  });

  input.addEventListener("pointerdown", (event) => {
    if (typed || event.button !== 0) return;
    drag = { from: event.clientX, start: act.value(id), moved: false };
    input.setPointerCapture(event.pointerId);
  });
  input.addEventListener("mousedown", (event) => {
    if (!typed) event.preventDefault(); // no text is selected by a drag
  });
  input.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const steps = Math.round((event.clientX - drag.from) / PIXELS_A_STEP);
    if (!drag.moved && steps === 0) return;
    if (!drag.moved) {
      act.begin();
      act.select(id);
    }
    drag.moved = true;
    change(Math.round((drag.start + (steps / 10) * unitOf(id, drag.start)) * 1e9) / 1e9);
  });
  input.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { moved } = drag;
    drag = null;
    // A finger that has dragged wants no keyboard over half of the screen.
    if (moved && event.pointerType !== "mouse") return;
    input.focus();
    input.select();
  });
  input.addEventListener("pointercancel", () => (drag = null));

  return {
    el: input,
    update(text, value, spoken, states = {}) {
      if (!typed && input.value !== text) {
        input.value = text;
        if (document.activeElement === input) input.select();
      }
      setAttribute(input, "aria-valuenow", value);
      setAttribute(input, "aria-valuetext", spoken);
      mark(input, states);
    },
  };
}

// A value that is computed: a button that selects it.
export function computed(id, act, classes = "value") {
  const button = element("button", {
    type: "button",
    class: classes,
    "data-entry": id,
    onclick: () => act.select(id),
  });
  return {
    el: button,
    update(text, spoken, states = {}) {
      put(button, text);
      setAttribute(button, "aria-label", `${id}: ${spoken}`);
      mark(button, states);
    },
  };
}
