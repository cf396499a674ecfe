// The phases of both passes in the order in which they are walked through.

const ONE = ["x", "logits", "probs", "loss", "grad_logits", "grad_W", "grad_b", "update"];
const TWO = [
  ...["x", "hidden_pre", "hidden_act", "logits", "probs", "loss"],
  ...["grad_logits", "grad_W2", "grad_b2", "grad_hidden_act", "grad_hidden_pre"],
  ...["grad_W1", "grad_b1", "update"],
];

export const phases = (layers) => (layers === 1 ? ONE : TWO);
export const layersOf = (state) => state.parameters.length / 2;

// What has no phase of its own comes with another.
const MADE_WITH = { one_hot: "probs", log_probs: "probs", hidden_slope: "hidden_act" };

// Whether the computation has come as far as this array when it stands at that phase.
export function reached(name, phase, layers) {
  const order = phases(layers);
  const place = order.indexOf(MADE_WITH[name] ?? name);
  return place <= order.indexOf(phase);
}
