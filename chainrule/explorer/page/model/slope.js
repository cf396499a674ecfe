// The loss along one number of the network, for the plot of its gradient as a slope.

import { forward, range, trace } from "./engine.js";
import { lookUp, twin } from "./entry.js";
import { replaced } from "./state.js";

const POINTS = 41; // odd, so that the number itself is one of them

// The losses where that number alone is changed, as far as 1 or its own size to either side, and
// the slope at the number itself; null where the gradient is not one that the pass computes.
export function along(state, id, values = trace(state)) {
  const at = lookUp(values, id);
  const reach = Math.max(1, Math.abs(at));
  const points = range(POINTS).map((k) => {
    const value = at + (reach * (2 * k - POINTS + 1)) / (POINTS - 1);
    return { value, loss: forward({ ...state, ...replaced(state, id, value) }).loss };
  });
  return { at, loss: values.loss, points, slope: lookUp(values, twin(id)) ?? null };
}
