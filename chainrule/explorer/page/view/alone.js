// The model of an explorer that has no kernel: the state is kept in the page.

export function modelOf(state) {
  const listeners = new Set();
  return {
    get: (name) => state[name],
    set: (changes) => Object.assign(state, changes),
    save_changes: () => listeners.forEach((listener) => listener()),
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
  };
}
