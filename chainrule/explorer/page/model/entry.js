// The names of entries, such as "W1[0,1]"; the loss is just "loss", the learning rate "η".

// A parameter, as a whole or one entry of it.
export const isParameter = (id) => /^[Wb]/.test(id);
// A number that can be set: an entry of a parameter or a feature.
export const isInput = (id) => /^(x|W\d?|b\d?)\[/.test(id);
// An array with a row for each example; of what parameters and their gradients have, all share one.
export const isRow = (name) => !isParameter(name.replace("grad_", "")) && name !== "loss";
// Of a formula's tokens, those that stand for a number.
export const isEntry = (token) => /^(\w+\[\d+,\d+\]|η|loss)$/.test(token);

// The name of the gradient of an entry or an array, and back.
export const twin = (id) => (id.startsWith("grad_") ? id.slice(5) : `grad_${id}`);

// The array's name and the row and column in it; no row and column for a whole array.
export function split(id) {
  const match = /^(\w+)\[(\d+),(\d+)\]$/.exec(id);
  return match ? { name: match[1], i: Number(match[2]), j: Number(match[3]) } : { name: id };
}

// An entry's number among the arrays by name; undefined where there is none.
export function lookUp(values, id) {
  const { name, i, j } = split(id);
  return i === undefined ? values[name] : values[name]?.[i]?.[j];
}

// The names of all entries of an array, row by row.
export function entries(name, array) {
  return array.flatMap((row, i) => row.map((_, j) => `${name}[${i},${j}]`));
}
