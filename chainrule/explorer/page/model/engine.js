// Forward pass, gradients and update of a network of one or two layers, for one example or several.
// Pure arithmetic on nested arrays; rows are examples, and biases are rows. The loss is the mean.

import { ACTIVATIONS } from "./activations.js";

export const range = (count) => Array.from({ length: count }, (_, index) => index);
const map = (a, f) => a.map((row, i) => row.map((value, j) => f(value, i, j)));
const transpose = (a) => a[0].map((_, j) => a.map((row) => row[j]));
const matmul = (a, b) =>
  a.map((row) => range(b[0].length).map((j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)));
const affine = (a, weights, bias) => map(matmul(a, weights), (value, _, j) => value + bias[0][j]);

const total = (a) => [a[0].map((_, j) => a.reduce((sum, row) => sum + row[j], 0))];

export function parameterNames(parameters) {
  return parameters.length === 2 ? ["W", "b"] : ["W1", "b1", "W2", "b2"];
}

// The sizes of the layers, features and classes included.
export function sizes(state) {
  return [state.x[0].length, ...state.parameters.filter((_, k) => k % 2).map((b) => b[0].length)];
}

// The class of each example.
export const targets = ({ target }) => (Array.isArray(target) ? target : [target]);

export const MOST_STACKED = 3; // examples with their figures one below the other; more are bars

// The numbers of the examples that are shown.
export const shown = ({ x, example }) => (example === "all" ? range(x.length) : [example ?? 0]);

// The inputs and parameters by name.
export function named(state) {
  const names = parameterNames(state.parameters);
  return { x: state.x, ...Object.fromEntries(names.map((name, k) => [name, state.parameters[k]])) };
}

// What the pass computes on its way to the loss, by name, inputs and parameters included.
export function forward(state) {
  const { x, parameters } = state;
  const classes = targets(state);
  const values = named(state);
  const deep = parameters.length === 4;
  if (deep) {
    values.hidden_pre = affine(x, values.W1, values.b1);
    values.hidden_act = map(values.hidden_pre, ACTIVATIONS[state.activation].act);
  }
  const [weights, bias] = parameters.slice(-2);
  const logits = affine(deep ? values.hidden_act : x, weights, bias);
  const log_probs = logits.map((row) => {
    const largest = Math.max(...row);
    const sum = row.reduce((all, value) => all + Math.exp(value - largest), 0);
    return row.map((value) => value - largest - Math.log(sum));
  });
  const loss = -log_probs.reduce((sum, row, i) => sum + row[classes[i]], 0) / x.length;
  return Object.assign(values, { logits, log_probs, loss });
}

// Every intermediate of both passes by name, inputs and parameters included.
export function trace(state) {
  const { x, parameters } = state;
  const classes = targets(state);
  const values = forward(state);
  const deep = parameters.length === 4;
  const { slope, named: isNamed } = ACTIVATIONS[state.activation];
  const hidden_slope = deep && map(values.hidden_act, (value, i, j) => slope(value, values.hidden_pre[i][j]));
  if (deep && isNamed) values.hidden_slope = hidden_slope;
  const probs = map(values.log_probs, Math.exp);
  const one_hot = map(values.logits, (_, i, j) => (j === classes[i] ? 1 : 0));
  const grad_logits = map(probs, (value, i, j) => (value - one_hot[i][j]) / x.length);
  Object.assign(values, { probs, one_hot, grad_logits });
  const last = deep ? "2" : "";
  values[`grad_W${last}`] = matmul(transpose(deep ? values.hidden_act : x), grad_logits);
  values[`grad_b${last}`] = total(grad_logits);
  if (deep) {
    values.grad_hidden_act = matmul(grad_logits, transpose(values.W2));
    values.grad_hidden_pre = map(values.grad_hidden_act, (value, i, j) => value * hidden_slope[i][j]);
    values.grad_W1 = matmul(transpose(x), values.grad_hidden_pre);
    values.grad_b1 = total(values.grad_hidden_pre);
  }
  return values;
}

// The parameters after one step of gradient descent: old − η·grad.
export function updated(state, values = trace(state)) {
  return parameterNames(state.parameters).map((name, k) =>
    map(state.parameters[k], (value, i, j) => value - state.learning_rate * values[`grad_${name}`][i][j]),
  );
}
