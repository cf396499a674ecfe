// What the views show of one state: its values as text, and which entries are lit. Made once a
// change and handed to every panel. Pure.

import { forward, shown, trace, updated } from "./engine.js";
import { isEntry, lookUp, split, twin } from "./entry.js";
import { fit, format, formatProbability } from "./format.js";
import { isRest, restOf, subject, tokens } from "./formula.js";
import { layersOf } from "./phases.js";
import { gradients, isHidden, isMarked, isReached } from "./state.js";

// The learner's own gradients where the update goes by them; null where it does not, or where they
// do not fit, which the update says when it is asked for.
function ownGradients(state, values) {
  if (state.phase !== "update" || !state.own_gradients) return null;
  try {
    return gradients(state, values);
  } catch {
    return null;
  }
}

// `hovered` is the entry that the pointer is on, in whichever view; it lights up in all of them.
export function scene(state, hovered = "") {
  const values = trace(state);
  const about = subject(state);
  const formula = tokens(about, state);
  const parts = new Set(formula.filter(isEntry));
  const shows = (id) => isReached(state, id) && !isHidden(state, id);
  const hides = (id) => isReached(state, id) && isHidden(state, id);
  const marked = isMarked(state);
  const own = ownGradients(state, values);
  const value = (id) => (id === "η" ? state.learning_rate : lookUp(values, id));
  const rest = (token) => restOf(token, state, values);

  function written(id, write, room) {
    if (!isReached(state, id)) return "";
    if (isHidden(state, id)) return "?";
    const { name, i, j } = split(id);
    if (name === "probs" && value(id) === 0)
      return formatProbability(0, values.log_probs[i][j], room);
    return write(value(id));
  }
  const text = (id, digits) => written(id, (number) => format(number, digits));
  const short = (id, room) => written(id, (number) => fit(number, room), room);

  // What is shown of an entry, and its gradient, in the same figures as on the screen.
  function spoken(id, room) {
    if (!isReached(state, id)) return "not computed yet";
    if (isHidden(state, id)) return "? until it is predicted";
    const gradient = twin(id);
    const known = !id.startsWith("grad_") && lookUp(values, gradient) !== undefined;
    const figure = short(id, room);
    return known && shows(gradient) ? `${figure}, gradient ${short(gradient, room)}` : figure;
  }

  // Whether the learner's function gave this entry right, where it was asked for these numbers.
  function verdict(id) {
    const right = marked && !hides(id) ? lookUp(state.marks.right, id) : undefined;
    return { right: right === true, wrong: right === false, known: right !== undefined };
  }

  let next = null; // after an update, where somebody asks for it

  // Of the others' sum, too, only what is computed and not to be predicted.
  function restText(token) {
    const needed = formula.filter(isEntry);
    if (!needed.every((id) => isReached(state, id))) return "";
    return needed.some((id) => isHidden(state, id)) ? "?" : format(rest(token));
  }

  return {
    state,
    values,
    rows: shown(state),
    restText: (token) => (isRest(token) ? restText(token) : ""),
    about,
    formula,
    text,
    short,
    spoken,
    value,
    own: (id) => (own && shows(id) ? lookUp(own, id) : undefined),
    shows,
    hides,
    hovered,
    marked,
    // As many powers of ten as a logarithmic scale of the probabilities has: by tens, so that the
    // scale seldom changes while a probability does.
    decades: 10 * Math.max(1, ...values.log_probs.flat().map((log) => Math.ceil(-log / Math.LN10 / 10))),
    lit: (id) => ({
      hovered: hovered !== "" && (id === hovered || id === twin(hovered)),
      selected: state.selection !== "" && (id === state.selection || id === twin(state.selection)),
      part: parts.has(id),
      subject: id === about && state.phase !== "x",
    }),
    after() {
      if (next) return next;
      const parameters = updated(state, own ?? values);
      return (next = { parameters, loss: forward({ ...state, parameters }).loss });
    },
    verdict,
    layers: layersOf(state),
  };
}
