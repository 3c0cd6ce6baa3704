// What the page shows, wholly held in its address, and the steps that led there.

const FIXED = ["scenario", "policy", "against"];

/** A state from the part of the address after '#'; what it does not say comes from `standard`. */
export function fromAddress(hash, standard) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const state = structuredClone(standard);
  for (const name of FIXED) if (given.has(name)) state[name] = given.get(name);
  for (const name of ["seed", "worlds"]) if (/^\d{1,10}$/.test(given.get(name) ?? "")) state[name] = Number(given.get(name));
  for (const name of ["a", "b"]) {
    if (given.has(name)) {
      const [outcome, place = ""] = given.get(name).split("@");
      state[name] = { outcome, place };
    }
  }
  if (given.has("map")) state.map = given.get("map");
  for (const [name, text] of given) if (name.startsWith("set.")) state.settings[name.slice(4)] = value(text);
  return { state, model: given.get("model"), said: given.has("a") };
}

function value(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A word stays bare; everything else is written as JSON. */
const shown = (v) => (typeof v === "string" && !/^(true|false|null|[[{"\d-].*)$/.test(v) ? v : JSON.stringify(v));

export function toAddress(state, model) {
  const given = new URLSearchParams();
  for (const name of FIXED) given.set(name, state[name]);
  for (const name of Object.keys(state.settings).sort()) given.set(`set.${name}`, shown(state.settings[name]));
  for (const name of ["a", "b"]) given.set(name, state[name].place ? `${state[name].outcome}@${state[name].place}` : state[name].outcome);
  given.set("map", state.map);
  given.set("seed", state.seed);
  given.set("worlds", state.worlds);
  given.set("model", model);
  return `#${given.toString().replaceAll("%40", "@").replaceAll("%5B", "[").replaceAll("%5D", "]").replaceAll("%22", '"').replaceAll("%2C", ",")}`;
}

/** The question that a state asks of the server; the same state asks it in the same words, in whatever order levers were moved. */
export const question = (state) => ({
  scenario: state.scenario, policy: state.policy, against: state.against,
  settings: Object.fromEntries(Object.keys(state.settings).sort().map((name) => [name, state.settings[name]])),
  seed: state.seed, worlds: state.worlds, charts: [state.a, state.b], map: state.map,
});

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Undo and redo. A drag of one lever is one step: steps of the same `mark` within a second melt into one. */
export class Steps {
  constructor(first) {
    this.past = [];
    this.now = structuredClone(first);
    this.future = [];
    this.mark = null;
  }

  add(state, mark) {
    if (same(state, this.now)) return;
    const time = performance.now();
    const melts = mark && this.mark === mark && time - this.time < 1000 && this.past.length;
    if (!melts) this.past.push(this.now);
    if (this.past.length > 200) this.past.shift();
    this.now = structuredClone(state);
    this.future = [];
    [this.mark, this.time] = [mark, time];
  }

  undo() {
    if (!this.past.length) return null;
    this.future.push(this.now);
    this.now = this.past.pop();
    this.mark = null;
    return structuredClone(this.now);
  }

  redo() {
    if (!this.future.length) return null;
    this.past.push(this.now);
    this.now = this.future.pop();
    this.mark = null;
    return structuredClone(this.now);
  }

  get before() {
    return this.past.at(-1) ?? null;
  }
}
