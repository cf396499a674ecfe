// What runs along the edges when a phase is reached: the products that make up its sums.

import { range, shown } from "./engine.js";
import { layersOf } from "./phases.js";

// Each run has its edge, how far along it goes (0 is the left end), and its product; they leave one
// after the other. Empty where nothing crosses an edge, and where the products are those of several
// examples at once, as in the picture of all of them on the way forward.
export function runs(state, values, phase) {
  const [n, ...more] = shown(state);
  if (more.length && !phase.startsWith("grad_W")) return [];
  const layers = layersOf(state);
  const last = layers === 1 ? "" : "2";
  const over = (layer, from, to, product) => {
    const weights = state.parameters[2 * layer];
    const all = range(weights[0].length).flatMap((j) =>
      range(weights.length).map((i) => ({ layer, i, j, from, to, value: product(i, j) })),
    );
    return all;
  };
  const input = layers === 1 ? values.x : values.hidden_act;
  const makers = {
    hidden_pre: () => over(0, 0, 1, (i, j) => values.x[n][i] * values.W1[i][j]),
    logits: () => over(layers - 1, 0, 1, (i, j) => input[n][i] * values[`W${last}`][i][j]),
    [`grad_W${last}`]: () => over(layers - 1, 1, 0.5, (i, j) => values[`grad_W${last}`][i][j]),
    grad_hidden_act: () => over(1, 1, 0, (i, j) => values.grad_logits[n][j] * values.W2[i][j]),
  };
  if (layers === 2) makers.grad_W1 = () => over(0, 1, 0.5, (i, j) => values.grad_W1[i][j]);
  return makers[phase]?.() ?? [];
}
