// The state of an explorer as the part of an address after "#", and back, so that it can be sent.

import { named } from "./engine.js";
import { phases } from "./phases.js";
import { Refused, has, numbers, problem } from "./state.js";

const rowsOf = (array) => array.map((row) => row.map(String).join()).join(";");
const arrayIn = (text) => text.split(";").map((row) => row.split(",").map(numberIn));
const numberIn = (text) => (text.trim() === "" ? NaN : Number(text));

// What is as it is at the beginning is left out, but for the numbers.
export function addressOf(state) {
  const parts = Object.entries(named(state)).map(([name, value]) => [name, rowsOf(value)]);
  parts.push(["target", state.target], ["rate", state.learning_rate], ["phase", state.phase]);
  if (state.activation !== "relu") parts.push(["activation", state.activation]);
  if (state.example !== (state.x.length > 1 ? "all" : 0)) parts.push(["example", state.example]);
  if (state.selection) parts.push(["selection", state.selection]);
  if (state.pinned.length) parts.push(["pinned", state.pinned.join(";")]);
  if (state.mode === "predict") parts.push(["predict", state.hidden.join(";")]);
  if (state.font_scale !== 1) parts.push(["size", state.font_scale]);
  if (state.log_scale) parts.push(["log", 1]);
  if (state.code !== "all") parts.push(["code", state.code]);
  return parts.map(([name, value]) => `${name}=${value}`).join("&");
}

// The fields that such a text changes; {} where it says nothing of a network. Refused, in one line,
// where it does not fit.
export function fromAddress(text, state) {
  const said = Object.fromEntries(
    decoded(text.replace(/^#/, "")).split("&").map((part) => part.split(/=(.*)/s).slice(0, 2)),
  );
  if (said.x === undefined) return {};
  const names = said.W1 === undefined ? ["W", "b"] : ["W1", "b1", "W2", "b2"];
  const lacking = [...names, "target"].find((name) => said[name] === undefined);
  if (lacking) throw new Refused(`the address has no ${lacking}, so its numbers are not shown`);
  const classes = said.target.split(",").map(numberIn);
  const changes = {
    x: arrayIn(said.x),
    target: classes.length === 1 ? classes[0] : classes,
    activation: said.activation ?? "relu",
    parameters: names.map((name) => arrayIn(said[name])),
    learning_rate: numberIn(said.rate ?? "0.01"),
    history: [],
    guesses: {},
    marks: {},
    own_gradients: false,
  };
  const now = { ...state, ...changes };
  const wrong = problem(now);
  if (wrong) throw new Refused(`the address does not fit: ${wrong}`);
  const known = phases(changes.parameters.length / 2);
  const list = (key) => (said[key] ? said[key].split(";").filter((id) => has(now, id)) : []);
  const size = numberIn(said.size ?? "1");
  const first = now.x.length > 1 ? "all" : 0;
  const example = said.example === "all" ? first : numberIn(said.example ?? "");
  return {
    ...changes,
    example: Number.isInteger(example) && example >= 0 && example < now.x.length ? example : first,
    phase: known.includes(said.phase) ? said.phase : "loss",
    selection: said.selection && has(now, said.selection) ? said.selection : "",
    pinned: list("pinned").filter((id) => id.startsWith("W")),
    mode: said.predict === undefined ? "explore" : "predict",
    hidden: list("predict"),
    font_scale: size >= 0.5 && size <= 4 ? size : 1,
    log_scale: said.log === "1",
    code: ["forward", "none"].includes(said.code) ? said.code : "all",
    _start: numbers(now),
  };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
