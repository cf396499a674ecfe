// The state of an explorer, and what each action changes in it. Pure: an action takes the state
// and returns the fields that change. `chainrule.Explorer` has the same state and the same rules.

import { ACTIVATIONS } from "./activations.js";
import { named, parameterNames, shown, targets, trace, updated } from "./engine.js";
import { isInput, isRow, lookUp, split } from "./entry.js";
import { layersOf, phases, reached } from "./phases.js";

export const LARGEST = 1e6;
export const MOST_UNITS = 6;
const MOST_EXAMPLES = 24;
const MOST_HISTORY = 100;
const MOST_STEPS = 1000; // that are taken back together
const MOST_PINNED = 4; // as many as stand beside each other on the edges of the smallest network
const MOST_SCORED = 200;
const NUMBERS = ["x", "target", "parameters", "learning_rate", "activation"];
export const FIELDS = [
  ...NUMBERS,
  ...["example", "phase", "selection", "mode", "hidden", "guesses", "font_scale", "log_scale", "code"],
  ...["own_gradients", "pinned", "score", "history", "marks", "_start", "_presets", "_formulas"],
  "_activations",
];

export class Refused extends Error {}

export function numbers(state) {
  return Object.fromEntries(NUMBERS.map((name) => [name, state[name]]));
}

const isArray = (a) =>
  Array.isArray(a) && a.length > 0 && a.every((row) => Array.isArray(row) && row.length > 0);

// The first thing that is wrong with the numbers of a state, in one line; "" where all is well.
export function problem(state) {
  const { parameters, learning_rate, activation } = state;
  if (![2, 4].includes(parameters.length))
    return `parameters must be 2 or 4 arrays, not ${parameters.length}`;
  let wide = null;
  for (const [name, array] of Object.entries(named(state))) {
    if (!isArray(array)) return `${name} is not an array of rows of numbers`;
    const [rows, columns] = [array.length, array[0].length];
    const odd = array.findIndex((row) => row.length !== columns);
    if (odd > 0) return `row ${odd} of ${name} has ${array[odd].length} numbers, row 0 has ${columns}`;
    const expected = name.startsWith("W") ? wide : name === "x" ? rows : 1;
    if (name === "x" && rows > MOST_EXAMPLES)
      return `x has ${rows} rows, at most ${MOST_EXAMPLES} are shown`;
    if (rows !== expected) return `${name} has ${rows} rows, expected ${expected}`;
    if (name.startsWith("b") && columns !== wide)
      return `${name} has ${columns} numbers, expected ${wide}`;
    if (columns > MOST_UNITS) return `${name} has ${columns} columns, at most ${MOST_UNITS} are shown`;
    for (const [i, row] of array.entries())
      for (const [j, value] of row.entries()) {
        const wrong = wrongNumber(`${name}[${i},${j}]`, value);
        if (wrong) return wrong;
      }
    wide = columns;
  }
  const classes = targets(state);
  if (classes.length !== state.x.length)
    return `target has length ${classes.length}, x has ${state.x.length} rows`;
  const strange = classes.findIndex((one) => !Number.isInteger(one) || one < 0 || one >= wide);
  if (strange >= 0) {
    const name = Array.isArray(state.target) ? `target[${strange}]` : "target";
    return `${name} is ${classes[strange]}, the classes are 0 to ${wide - 1}`;
  }
  if (!(learning_rate > 0 && learning_rate <= 1000))
    return `learning_rate is ${learning_rate}, it must be above 0 and at most 1000`;
  if (!(activation in ACTIVATIONS))
    return `activation is ${activation}, it must be one of ${Object.keys(ACTIVATIONS).join(", ")}`;
  return "";
}

function wrongNumber(id, value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return `${id} is not a finite number`;
  if (Math.abs(value) > LARGEST)
    return `${id} is ${Number(value.toPrecision(12))}, the largest size is ${LARGEST}`;
  return "";
}

function checked(state, changes) {
  const wrong = problem({ ...state, ...changes });
  if (wrong) throw new Refused(wrong);
  return { ...changes, guesses: {} };
}

function remembered(state, label, losses) {
  return [...state.history, { label, losses, numbers: numbers(state) }].slice(-MOST_HISTORY);
}

// The field of the state with one number in its place; a target is that of the example shown.
export function replaced(state, id, value) {
  const { name, i, j } = split(id);
  const within = (array) =>
    array.map((row, r) => (r === i ? row.map((old, c) => (c === j ? value : old)) : row));
  if (name === "x") return { x: within(state.x) };
  if (name === "target" && Array.isArray(state.target))
    return { target: state.target.map((old, n) => (n === shown(state)[0] ? value : old)) };
  if (name === "target" || name === "learning_rate") return { [name]: value };
  const place = parameterNames(state.parameters).indexOf(name);
  return { parameters: state.parameters.map((a, k) => (k === place ? within(a) : a)) };
}

// One number changed; `going` says that it goes on with the last change, as a drag does.
export function edit(state, id, value, going = false) {
  const wrong = wrongNumber(id, value);
  if (wrong && id !== "learning_rate") throw new Refused(wrong);
  const changes = replaced(state, id, value);
  if (!(going && state.history.at(-1)?.label === id))
    changes.history = remembered(state, id, id === "learning_rate" ? [] : [trace(state).loss]);
  return checked(state, changes);
}

// Another activation between the layers, as a change that can be taken back.
export function activate(state, activation) {
  const history = remembered(state, "activation", [trace(state).loss]);
  const kept = has({ ...state, activation }, state.selection) ? state.selection : "";
  return { ...checked(state, { activation }), history, selection: kept };
}

// Another example shown, or "all"; what is selected of one is selected of the other.
export function choose(state, example) {
  const { name, i, j } = split(state.selection);
  const moves = i !== undefined && isRow(name) && example !== "all";
  return { example, selection: moves ? `${name}[${example},${j}]` : state.selection };
}

// Whether the marks of the learner's function are those of the numbers on the screen.
export function isMarked({ x, target, parameters, activation, marks }) {
  const now = JSON.stringify([x, target, parameters, activation]);
  return Boolean(marks.at) && now === JSON.stringify(marks.at);
}

// What an update goes by: the true gradients, or the learner's own where these were asked for.
export function gradients(state, values = trace(state)) {
  if (!state.own_gradients) return values;
  if (!isMarked(state)) throw new Refused("Your function has not answered for these numbers yet.");
  for (const name of parameterNames(state.parameters)) {
    const own = state.marks.yours[`grad_${name}`];
    if (!own?.flat().every(Number.isFinite))
      throw new Refused(`Your function gives no grad_${name} to go by here.`);
  }
  return state.marks.yours;
}

// `going` says that the steps go on with those before, as when they play by themselves.
export function step(state, count = 1, going = false) {
  const losses = [];
  let now = state;
  for (let k = 0; k < count; k++) {
    const values = trace(now);
    losses.push(values.loss);
    now = { ...now, parameters: updated(now, gradients(now, values)) };
    const wrong = problem(now);
    if (wrong) throw new Refused(`The step is too long: ${wrong}. Take a smaller learning rate.`);
  }
  const before = state.history.at(-1);
  const goesOn = going && before?.losses.length < MOST_STEPS;
  const all = goesOn ? [...before.losses, ...losses] : losses;
  const label = all.length === 1 ? "1 update" : `${all.length} updates`;
  const history = goesOn
    ? [...state.history.slice(0, -1), { ...before, label, losses: all }]
    : remembered(state, label, losses);
  return checked(state, { parameters: now.parameters, history });
}

export function undo(state) {
  const last = state.history.at(-1);
  return last ? fresh({ ...last.numbers, history: state.history.slice(0, -1) }, state) : {};
}

export function reset(state) {
  return fresh({ ...state._start, history: [] }, state);
}

export function load(state, name) {
  const start = state._presets[name].numbers;
  const same = start.parameters.length === state.parameters.length;
  const example = start.x.length > 1 ? "all" : 0;
  const changes = { ...start, example, history: [], _start: start, hidden: [] };
  if (!same) Object.assign(changes, { marks: {}, own_gradients: false });
  return fresh(changes, state);
}

// Numbers put in anew: what was selected or reached may not exist any more.
function fresh(changes, state) {
  const now = { ...state, ...changes };
  const exists = now.selection === "" || has(now, now.selection);
  if (!exists) changes.selection = "";
  if (!phases(layersOf(now)).includes(now.phase)) changes.phase = "loss";
  const among = now.example === "all" ? now.x.length > 1 : now.example < now.x.length;
  if (!among) changes.example = 0;
  changes.hidden = now.hidden.filter((id) => has(now, id));
  changes.pinned = now.pinned.filter((id) => has(now, id));
  return { ...changes, guesses: {} };
}

export function has(state, id) {
  return lookUp(trace(state), id) !== undefined;
}

export function go(state, phase) {
  const changes = { phase, selection: isInput(state.selection) ? state.selection : "" };
  return state.mode === "predict" ? { ...changes, hidden: toPredict(state, phase) } : changes;
}

// What is hidden when the computation goes on: all that it then reaches anew, and what was to be
// hidden later. What has been looked at stays open, and going back hides nothing.
function toPredict(state, phase) {
  const order = phases(layersOf(state));
  const ahead = order.slice(order.indexOf(state.phase) + 1);
  const reachedNow = ahead.slice(0, Math.max(0, ahead.indexOf(phase) + 1));
  const later = state.hidden.filter((id) => ahead.includes(split(id).name));
  return [...new Set([...later, ...reachedNow.filter((name) => name !== "update")])];
}

export function move(state, by) {
  const order = phases(layersOf(state));
  const place = Math.min(Math.max(order.indexOf(state.phase) + by, 0), order.length - 1);
  return go(state, order[place]);
}

// Hide or show an array by its name; a value is hidden until a number is typed for it.
export function hide(state, name) {
  const rest = state.hidden.filter((id) => split(id).name !== name);
  const guesses = Object.fromEntries(
    Object.entries(state.guesses).filter(([id]) => split(id).name !== name),
  );
  return { hidden: rest.length < state.hidden.length ? rest : [...rest, name], guesses };
}

export function guess(state, id, value) {
  if (!Number.isFinite(value)) throw new Refused(`the prediction for ${id} is not a number`);
  const truth = lookUp(trace(state), id);
  const score = [...state.score, { id, guess: value, value: truth }].slice(-MOST_SCORED);
  return { guesses: { ...state.guesses, [id]: value }, score };
}

// A prediction counts as right within one hundredth.
export const isRight = (guess, value) => Math.abs(guess - value) <= 0.01 * Math.abs(value);

// A figure that stays on its edge, or no longer; the oldest gives way to a fifth.
export function pin(state, id) {
  const rest = state.pinned.filter((other) => other !== id);
  return { pinned: rest.length < state.pinned.length ? rest : [...rest, id].slice(-MOST_PINNED) };
}

export function isHidden(state, id) {
  if (state.mode !== "predict" || id in state.guesses) return false;
  return state.hidden.includes(id) || state.hidden.includes(split(id).name);
}

export function isReached(state, id) {
  const { name } = split(id);
  return id === "η" || isInput(id) || reached(name, state.phase, layersOf(state));
}
