// What may stand between two layers: of each its value, its slope from value and pre-activation, both
// as formulas of other entries, and what to say of it. Those of `networks/network.py`; ReLU comes
// first in the lesson, and has no name for its slope yet.

const LEAK = 0.01; // as in PyTorch

export const ACTIVATIONS = {
  relu: {
    title: "ReLU",
    act: (pre) => (pre > 0 ? pre : 0),
    slope: (_, pre) => (pre > 0 ? 1 : 0),
    formula: (pre) => ["max(", pre, ", 0)"],
    note: "ReLU: what is below 0 becomes 0.",
    back: "ReLU lets the gradient through above 0 only; its slope at 0 is taken as 0.",
  },
  sigmoid: {
    title: "sigmoid",
    named: true,
    act: (pre) => 1 / (1 + Math.exp(-pre)),
    slope: (act) => act * (1 - act),
    formula: (pre) => ["1 / ( 1 + exp( −", pre, ") )"],
    slopeFormula: (pre, act) => [act, "· ( 1 −", act, ")"],
    note: "The sigmoid squeezes any number into the range from 0 to 1.",
  },
  tanh: {
    title: "tanh",
    named: true,
    act: Math.tanh,
    slope: (act) => 1 - act * act,
    formula: (pre) => ["tanh(", pre, ")"],
    slopeFormula: (pre, act) => ["1 −", act, "²"],
    note: "Tanh squeezes any number into the range from −1 to 1.",
  },
  leaky_relu: {
    title: "leaky ReLU",
    named: true,
    act: (pre) => (pre > 0 ? pre : LEAK * pre),
    slope: (_, pre) => (pre > 0 ? 1 : LEAK),
    formula: (pre) => ["max(", pre, ", 0.01 ·", pre, ")"],
    slopeFormula: (pre) => ["1 if", pre, "> 0 else 0.01"],
    note: "Leaky ReLU: what is below 0 becomes a hundredth of it.",
  },
};
