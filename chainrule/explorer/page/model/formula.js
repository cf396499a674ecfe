// Each entry as a formula of other entries, and what to say of it.

import { ACTIVATIONS } from "./activations.js";
import { range, shown, targets } from "./engine.js";
import { isInput, isParameter, lookUp, split } from "./entry.js";
import { layersOf } from "./phases.js";

// Along what each array runs: d features, h hidden units, c classes.
const AXES = {
  ...{ x: " d", W: "dc", b: " c", W1: "dh", b1: " h", W2: "hc", b2: " c" },
  ...{ hidden_pre: " h", hidden_act: " h", hidden_slope: " h", logits: " c", probs: " c", one_hot: " c" },
};

export const NOTES = {
  x: "The features of one example. Drag a number, type over it, or use the arrow keys.",
  hidden_pre: "Each hidden unit adds up its inputs times their weights, and its bias.",
  logits: "Each class adds up its inputs times their weights, and its bias.",
  probs: "Softmax makes the logits positive with exp and shares out 1 among them.",
  loss: "Cross-entropy: minus the logarithm of the target's probability.",
  grad_logits: "Cross-entropy and softmax together: the probability, less 1 for the target.",
  grad_W: "The weight's input, times the upstream gradient of its output.",
  grad_b: "The bias is added as it is, so the upstream gradient is its own.",
  grad_hidden_act: "Back through the weights: every class sends its share.",
  update: "A step against the gradient, as long as the learning rate says.",
};
NOTES.W = "A weight: its input times this goes into the sum of its unit.";
NOTES.b = "A bias: it is added to the sum of its unit.";
for (const layer of [1, 2]) {
  NOTES[`W${layer}`] = NOTES.W;
  NOTES[`b${layer}`] = NOTES.b;
  NOTES[`grad_W${layer}`] = NOTES.grad_W;
  NOTES[`grad_b${layer}`] = NOTES.grad_b;
}

// Of a batch, what is another sentence than of one example.
const OF_A_BATCH = {
  x: "The features, a row for each example. Choose one above; the parameters are the same for all.",
  loss: "The mean over the examples of minus the logarithm of the target's probability.",
  grad_logits: "The probability, less 1 for the target; the mean's 1/N comes in here, and nowhere else.",
  grad_W: "The weight's input times the upstream gradient, added over all examples.",
  grad_b: "Every example has the same bias, so their upstream gradients are added.",
};

export function noteOf(name, state) {
  const { note, back } = ACTIVATIONS[state.activation];
  if (name === "hidden_act") return note;
  if (name === "hidden_slope") return "How steep the activation is there, from what is already computed.";
  if (name === "grad_hidden_pre") return back ?? "The gradient of the activation times its slope, entry by entry.";
  const batch = state.x.length > 1 && OF_A_BATCH[name.replace(/\d$/, "")];
  return batch || (NOTES[name] ?? "");
}

// The entry that the formula shows: the selected one, or what the phase computes from it.
export function subject(state) {
  const { selection, phase } = state;
  const row = shown(state)[0];
  if (selection && !isInput(selection)) return selection;
  if (phase === "loss") return "loss";
  if (phase === "x") return selection || `x[${row},0]`;
  if (phase === "update" && selection.startsWith("x")) return subjectOf("W", state);
  if (phase === "update") return selection || `${layersOf(state) === 1 ? "W" : "W1"}[0,0]`;
  const axes = AXES[phase.replace("grad_", "")];
  const first = axes[0] === " " && !/^grad_b/.test(phase) ? row : 0;
  const place = { " ": first, d: 0, h: 0, c: targets(state)[row] };
  if (selection) {
    const { name, i, j } = split(selection);
    if (AXES[name][0] !== " ") place[AXES[name][0]] = i;
    else if (name === "x" && axes[0] === " ") place[" "] = /^grad_b/.test(phase) ? 0 : i;
    place[AXES[name][1]] = j;
  }
  return `${phase}[${place[axes[0]]},${place[axes[1]]}]`;
}

function subjectOf(name, state) {
  const { j } = split(state.selection);
  return `${layersOf(state) === 1 ? name : `${name}1`}[${j},0]`;
}

// A sum over many examples shows those of the picture, and of the others what they add up to.
const MOST_TERMS = 4;
const inTerms = (state) => {
  const count = state.x.length;
  if (count <= MOST_TERMS) return range(count);
  return state.example === "all" ? range(MOST_TERMS - 1) : shown(state);
};
export const isRest = (token) => token.startsWith("Σ ");

function overExamples(id, state, term) {
  const few = inTerms(state);
  const rest = few.length < state.x.length ? [[`Σ ${id}`]] : [];
  return [...few.map(term), ...rest].flatMap((part, k) => (k ? ["+", ...part] : part));
}

// What the examples that are not in the formula add to it.
export function restOf(token, state, values) {
  const id = token.slice(2);
  const few = inTerms(state);
  const others = range(state.x.length).filter((n) => !few.includes(n));
  const added = (f) => others.reduce((sum, n) => sum + f(n), 0);
  if (id === "loss") return added((n) => values.log_probs[n][targets(state)[n]]);
  const { i, j } = split(id);
  const { upstream, source } = around(id, state);
  const one = (n) => (/^grad_b/.test(id) ? 1 : lookUp(values, `${source}[${n},${i}]`));
  return added((n) => one(n) * lookUp(values, `${upstream}[${n},${j}]`));
}

export const othersIn = (state) => state.x.length - inTerms(state).length;

// Of a parameter or its gradient, its layer's input and the gradient that comes from above.
function around(id, state) {
  const first = layersOf(state) === 2 && split(id).name.endsWith("1");
  const upstream = first ? "grad_hidden_pre" : "grad_logits";
  return { upstream, source: layersOf(state) === 1 || first ? "x" : "hidden_act" };
}

// The formula of an entry as tokens: names of entries, and what stands between them.
export function tokens(id, state) {
  const { name, i, j } = split(id);
  const one = layersOf(state) === 1;
  const last = one ? "" : "2";
  const count = state.x.length;
  const wide = (array) => array[0].map((_, k) => k);
  const [features, classes] = [wide(state.x), wide(state.parameters.at(-1))];
  const hidden = one ? [] : wide(state.parameters[1]);
  const sum = (parts) => parts.flatMap((part, k) => (k ? ["+", ...part] : part));
  const product = (a, b) => [a, "·", b];
  const weighted = (from, over, layer) => [
    ...sum(over.map((k) => product(`${from}[${i},${k}]`, `W${layer}[${k},${j}]`))),
    ...["+", `b${layer}[0,${j}]`],
  ];
  const exp = (k) => ["exp(", `logits[${i},${k}]`, ")"];
  const { upstream, source } = around(id, state);
  if (/^grad_W/.test(name))
    return overExamples(id, state, (n) => product(`${source}[${n},${i}]`, `${upstream}[${n},${j}]`));
  if (/^grad_b/.test(name)) return overExamples(id, state, (n) => [`${upstream}[${n},${j}]`]);
  // A parameter is given, and has a formula only where it is about to be changed.
  if (isParameter(name))
    return state.phase === "update" ? [id, "−", "η", "·", `grad_${id}`] : [];
  const { formula, slopeFormula } = ACTIVATIONS[state.activation];
  const [pre, act] = ["pre", "act"].map((part) => `hidden_${part}[${i},${j}]`);
  const logOf = (n) => ["log(", `probs[${n},${targets(state)[n]}]`, ")"];
  const back = slopeFormula ? ["·", `hidden_slope[${i},${j}]`] : ["· (", pre, "> 0 )"];
  const difference = [`probs[${i},${j}]`, "−", `one_hot[${i},${j}]`];
  const recipes = {
    hidden_pre: () => weighted("x", features, "1"),
    hidden_act: () => formula(pre),
    hidden_slope: () => slopeFormula(pre, act),
    logits: () => weighted(one ? "x" : "hidden_act", one ? features : hidden, last),
    probs: () => [...exp(j), "/ (", ...sum(classes.map(exp)), ")"],
    loss: () =>
      count === 1
        ? ["−log(", `probs[0,${targets(state)[0]}]`, ")"]
        : ["− (", ...overExamples(id, state, logOf), `) / ${count}`],
    grad_logits: () => (count === 1 ? difference : ["(", ...difference, `) / ${count}`]),
    grad_hidden_act: () =>
      sum(classes.map((k) => product(`grad_logits[${i},${k}]`, `W2[${j},${k}]`))),
    grad_hidden_pre: () => [`grad_hidden_act[${i},${j}]`, ...back],
  };
  return recipes[name]?.() ?? [];
}
