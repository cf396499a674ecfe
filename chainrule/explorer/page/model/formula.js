// Each entry as a formula of other entries, and what to say of it.

import { isInput, isParameter, split } from "./entry.js";
import { layersOf } from "./phases.js";

// Along what each array runs: d features, h hidden units, c classes.
const AXES = {
  ...{ x: " d", W: "dc", b: " c", W1: "dh", b1: " h", W2: "hc", b2: " c" },
  ...{ hidden_pre: " h", hidden_act: " h", logits: " c", probs: " c", one_hot: " c" },
};

export const NOTES = {
  x: "The features of one example. Drag a number, type over it, or use the arrow keys.",
  hidden_pre: "Each hidden unit adds up its inputs times their weights, and its bias.",
  hidden_act: "ReLU: what is below 0 becomes 0.",
  logits: "Each class adds up its inputs times their weights, and its bias.",
  probs: "Softmax makes the logits positive with exp and shares out 1 among them.",
  loss: "Cross-entropy: minus the logarithm of the target's probability.",
  grad_logits: "Cross-entropy and softmax together: the probability, less 1 for the target.",
  grad_W: "The weight's input, times the upstream gradient of its output.",
  grad_b: "The bias is added as it is, so the upstream gradient is its own.",
  grad_hidden_act: "Back through the weights: every class sends its share.",
  grad_hidden_pre: "ReLU lets the gradient through above 0 only; its slope at 0 is taken as 0.",
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

// The entry that the formula shows: the selected one, or what the phase computes from it.
export function subject(state) {
  const { selection, phase, target } = state;
  if (selection && !isInput(selection)) return selection;
  if (phase === "loss") return "loss";
  if (phase === "x") return selection || "x[0,0]";
  if (phase === "update" && selection.startsWith("x")) return subjectOf("W", state);
  if (phase === "update") return selection || `${layersOf(state) === 1 ? "W" : "W1"}[0,0]`;
  const place = { " ": 0, d: 0, h: 0, c: target };
  if (selection) {
    const { name, i, j } = split(selection);
    place[AXES[name][0]] = i;
    place[AXES[name][1]] = j;
    place[" "] = 0;
  }
  const axes = AXES[phase.replace("grad_", "")];
  return `${phase}[${place[axes[0]]},${place[axes[1]]}]`;
}

function subjectOf(name, state) {
  const { j } = split(state.selection);
  return `${layersOf(state) === 1 ? name : `${name}1`}[${j},0]`;
}

// The formula of an entry as tokens: names of entries, and what stands between them.
export function tokens(id, state) {
  const { name, i, j } = split(id);
  const one = layersOf(state) === 1;
  const last = one ? "" : "2";
  const wide = (array) => array[0].map((_, k) => k);
  const [features, classes] = [wide(state.x), wide(state.parameters.at(-1))];
  const hidden = one ? [] : wide(state.parameters[1]);
  const sum = (parts) => parts.flatMap((part, k) => (k ? ["+", ...part] : part));
  const product = (a, b) => [a, "·", b];
  const weighted = (from, over, layer) => [
    ...sum(over.map((k) => product(`${from}[0,${k}]`, `W${layer}[${k},${j}]`))),
    ...["+", `b${layer}[0,${j}]`],
  ];
  const exp = (k) => ["exp(", `logits[0,${k}]`, ")"];
  const upstream = (layer) => (layer === "1" ? `grad_hidden_pre[0,${j}]` : `grad_logits[0,${j}]`);
  const layer = name.at(-1) === "1" ? "1" : last;
  const source = layer === "2" ? "hidden_act" : "x";
  if (/^grad_W/.test(name)) return product(`${source}[0,${i}]`, upstream(layer));
  if (/^grad_b/.test(name)) return [upstream(layer)];
  // A parameter is given, and has a formula only where it is about to be changed.
  if (isParameter(name))
    return state.phase === "update" ? [id, "−", "η", "·", `grad_${id}`] : [];
  const recipes = {
    hidden_pre: () => weighted("x", features, "1"),
    hidden_act: () => ["max(", `hidden_pre[0,${j}]`, ", 0)"],
    logits: () => weighted(one ? "x" : "hidden_act", one ? features : hidden, last),
    probs: () => [...exp(j), "/ (", ...sum(classes.map(exp)), ")"],
    loss: () => ["−log(", `probs[0,${state.target}]`, ")"],
    grad_logits: () => [`probs[0,${j}]`, "−", `one_hot[0,${j}]`],
    grad_hidden_act: () =>
      sum(classes.map((k) => product(`grad_logits[0,${k}]`, `W2[${j},${k}]`))),
    grad_hidden_pre: () => [`grad_hidden_act[0,${j}]`, "· (", `hidden_pre[0,${j}]`, "> 0 )"],
  };
  return recipes[name]?.() ?? [];
}
