// The page: one state, held in the address; whatever moves changes the state, and the newest state is asked about.

import { $, calm, empty, make } from "./draw.js";
import { drawChart, readable, table } from "./charts.js";
import { ask, detail, get, post } from "./ask.js";
import { Steps, fromAddress, question, toAddress } from "./state.js";
import { buildLevers, flash, settingWords, showLevers } from "./levers.js";
import { drawByState, drawDots, drawMap, sideWords } from "./dots.js";
import { drawAssumptions, drawCauses, drawCopies, drawTwin, pause } from "./panels.js";
import { hidden, predict, preparePrediction, showGuess, startPrediction, stopPrediction } from "./predict.js";
import { handout, save } from "./handout.js";

let about; // what exists
let page; // the scenario's own words and settings
let shapes = null; // outlines for the map
let state;
let steps;
let shown = null; // {answer, key}: what the pictures show
let world = null; // the world chosen among the dots
let replaying = false;
const known = new Map(); // whole answers by question, the latest few

const key = (s) => JSON.stringify(question(s));
const outcomeOf = (name, place) => (place ? about.state_outcomes : about.region_outcomes).find((o) => o.name === name);
const against = () => (state.against === "written" ? "the scenario as written" : page.reference);

async function start() {
  about = await get("/api/about");
  const reply = await fetch("/map.geojson");
  if (reply.ok) shapes = await reply.json();
  $("version").textContent = `Model ${about.version}.`;
  fillChoosers();
  buildLevers(about, moveLever);
  wire();
  await readAddress();
}

/** Take the state from the address, as when the page opens, a link is followed or the address is edited. */
async function readAddress() {
  const standard = { scenario: "baseline", policy: "none", against: "reference", seed: 1, worlds: about.worlds, settings: {},
    a: { outcome: "eu_alignment", place: "six" }, b: { outcome: "democracy", place: "mean" }, map: "eu_alignment" };
  const found = fromAddress(location.hash, standard);
  state = found.state;
  const wrong = [];
  if (!about.scenarios.some((s) => s.name === state.scenario)) [wrong[0], state.scenario] = [`There is no scenario “${state.scenario}” here.`, "baseline"];
  for (const name of ["a", "b"]) if (!outcomeOf(state[name].outcome, state[name].place)) [wrong[1], state[name]] = ["The link names an outcome that does not exist.", standard[name]];
  if (found.model && found.model !== about.version) wrong.push(`The link was made with model ${found.model}; this is ${about.version}, so numbers may differ.`);
  await loadScenario(!found.said);
  steps = new Steps(state);
  changed(null);
  say(wrong.filter(Boolean).join(" "));
}

function fillChoosers() {
  const option = (value, text) => make("option", { value, text });
  $("scenario").append(...about.scenarios.map((s) => option(s.name, s.title)));
  const places = [["six", "the six, side by side"], ["mean", "the six, mean"], ...about.states.map((s) => [s.code, s.name])];
  for (const chart of ["a", "b"]) {
    const group = (label, list, prefix) => {
      const g = make("optgroup", { label });
      g.append(...list.map((o) => option(prefix + o.name, o.label)));
      return g;
    };
    $(`outcome-${chart}`).append(group("Of the six states", about.state_outcomes, "s:"), group("Of the region and the West", about.region_outcomes, "r:"));
    $(`place-${chart}`).append(...places.map((p) => option(...p)));
    $(`outcome-${chart}`).addEventListener("change", (event) => {
      const [kind, name] = [event.target.value.slice(0, 1), event.target.value.slice(2)];
      state[chart] = { outcome: name, place: kind === "r" ? "" : state[chart].place || "mean" };
      changed(`outcome-${chart}`);
    });
    $(`place-${chart}`).addEventListener("change", (event) => {
      state[chart] = { ...state[chart], place: event.target.value };
      changed(`place-${chart}`);
    });
  }
  $("map-outcome").append(...about.state_outcomes.map((o) => option(o.name, o.label)));
  [$("worlds").min, $("worlds").max] = [about.limits.fewest, about.limits.most];
}

async function loadScenario(fresh) {
  const ask = (policy) => get(`/api/scenario?name=${encodeURIComponent(state.scenario)}&policy=${encodeURIComponent(policy)}`);
  try {
    page = await ask(state.policy);
  } catch {
    state.policy = "none"; // a link may name a policy that the scenario has no more
    page = await ask("none");
  }
  if (fresh) {
    const asked = page.answer.outcome.replace(/^mean\./, "");
    const ofStates = about.state_outcomes.some((o) => o.name === asked) && !about.region_outcomes.some((o) => o.name === page.answer.outcome);
    if (ofStates || about.region_outcomes.some((o) => o.name === asked)) state.a = { outcome: asked, place: ofStates ? "six" : "" };
    if (ofStates) state.map = asked;
    if (state.b.outcome === asked) state.b = asked === "democracy" ? { outcome: "eu_alignment", place: "mean" } : { outcome: "democracy", place: "mean" };
  }
  const option = (value, text) => make("option", { value, text });
  empty($("policy")).append(option("none", "none: the scenario as written"), ...page.policies.map((p) => option(p.name, p.title)));
  $("policy").disabled = page.policies.length === 0;
  empty($("against")).append(option("reference", page.reference), option("written", "this scenario, nothing moved"));
}

function wire() {
  $("scenario").addEventListener("change", async (event) => {
    Object.assign(state, { scenario: event.target.value, policy: "none", settings: {} });
    await loadScenario(true);
    changed("scenario");
  });
  $("policy").addEventListener("change", async (event) => {
    state.policy = event.target.value;
    await loadScenario(false);
    changed("policy");
  });
  $("against").addEventListener("change", (event) => { state.against = event.target.value; changed("against"); });
  $("map-outcome").addEventListener("change", (event) => { state.map = event.target.value; changed("map"); });
  for (const name of ["seed", "worlds"]) {
    $(name).addEventListener("change", (event) => {
      if (!event.target.checkValidity() || event.target.value === "") return event.target.reportValidity();
      state[name] = event.target.valueAsNumber;
      return changed(name);
    });
  }
  $("reset").addEventListener("click", () => { state.settings = {}; changed("reset"); });
  $("undo").addEventListener("click", () => travel(steps.undo()));
  $("redo").addEventListener("click", () => travel(steps.redo()));
  $("replay").addEventListener("click", replay);
  $("predict").addEventListener("click", togglePrediction);
  $("link").addEventListener("click", () => { writeAddress(true); copy(location.href, "The address is copied. Whoever opens it, with balkansim app running, sees exactly this."); });
  $("handout").addEventListener("click", makeHandout);
  $("show-world").addEventListener("click", () => choose($("world").valueAsNumber));
  for (const name of ["causes", "assumptions", "copy", "twin"]) $(`${name}-panel`).addEventListener("toggle", () => details(name));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input[type=number], input[type=search]")) return;
    const pressed = event.key.toLowerCase();
    if (pressed === "z" || pressed === "y") {
      event.preventDefault();
      travel(pressed === "y" || event.shiftKey ? steps.redo() : steps.undo());
    }
  });
  window.addEventListener("hashchange", () => { if (location.hash !== toAddress(state, about.version)) readAddress(); });
  let resizing;
  window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => { redraw(); redrawDetails(); }, 120); });
  preparePrediction(redraw);
  for (const name of ["chart-a", "chart-b"]) readable($(name));
}

function moveLever(name, value) {
  if (value === undefined) {
    delete state.settings[name];
    if (/^states\.[a-z]/.test(name)) for (const s of about.states) delete state.settings[name.replace("states.", `states.${s.code}.`)];
  } else state.settings[name] = value;
  changed(name);
}

/** The state has changed: keep the step, write the address, ask. */
function changed(mark) {
  say("");
  steps.add(state, mark);
  settle();
}

function travel(to) {
  if (!to) return;
  const other = to.scenario !== state.scenario || to.policy !== state.policy;
  state = to;
  if (other) loadScenario(false).then(settle);
  else settle();
}

let writing;

/** Write the address once the levers rest for a moment: browsers make it dear. */
function writeAddress(now) {
  clearTimeout(writing);
  const write = () => history.replaceState(null, "", toAddress(state, about.version));
  if (now) write();
  else writing = setTimeout(write, 200);
}

/** Show the state's own side at once and ask for the rest. */
function settle() {
  writeAddress();
  for (const name of ["scenario", "policy", "against", "seed", "worlds"]) $(name).value = state[name];
  $("map-outcome").value = state.map;
  $("world").max = state.worlds - 1;
  for (const c of ["a", "b"]) {
    $(`outcome-${c}`).value = (state[c].place ? "s:" : "r:") + state[c].outcome;
    $(`place-${c}`).hidden = !state[c].place;
    $(`place-${c}`).value = state[c].place;
  }
  $("question-title").textContent = page.question || page.title;
  $("about").textContent = [page.description, page.forced.length ? `Made to happen: ${page.forced.join("; ")}.` : "", ...page.notices].filter(Boolean).join(" ");
  showLevers(state.settings, page.written);
  [$("undo").disabled, $("redo").disabled, $("replay").disabled] = [!steps.past.length, !steps.future.length, !steps.past.length];
  $("reset").disabled = !Object.keys(state.settings).length;
  for (const c of ["a", "b"]) $(`chart-${c}`).classList.add("stale");
  ask(question(state), receive, (message) => say(message));
}

function say(message) {
  $("status").textContent = message;
}

function receive(answer, asked) {
  const name = JSON.stringify(asked);
  if (answer.whole) {
    known.delete(name);
    known.set(name, answer);
    if (known.size > 40) known.delete(known.keys().next().value);
  }
  if (replaying) return;
  shown = { answer, key: name };
  redraw();
  if (answer.whole && name === key(state)) settled();
}

/** Everything that an answer draws at once. */
function redraw() {
  if (!shown) return;
  const { answer } = shown;
  const blind = hidden();
  answer.charts.forEach((chart, i) => {
    const name = i === 0 ? "a" : "b";
    const outcome = outcomeOf(chart.outcome, chart.place);
    const element = $(`chart-${name}`);
    $(`title-${name}`).textContent = `${outcome.label}`;
    $(`unit-${name}`).textContent = (outcome.type === "bool" ? "share of worlds" : outcome.unit) + { higher: "; higher is better", lower: "; lower is better", none: "" }[outcome.better];
    element.classList.toggle("stale", shown.key !== key(state));
    if (blind && name === "b") element.replaceChildren(make("p", { class: "veil", text: "Hidden until you reveal the answer." }));
    else drawChart(element, { ...chart, scope: state.scenario }, { outcome, quarters: answer.quarters, key: name, hidden: blind, guess: name === "a" ? predict.guess : null, against: differs() ? (state.against === "written" ? "as written" : page.reference.slice(0, 10)) : "" });
    [element.dataset.answer, element.dataset.whole] = [shown.key, String(answer.whole)];
    const fold = $(`table-${name}`);
    if (fold.parentElement.open && !blind) fold.replaceChildren(table(chart, answer.quarters, outcome));
    fold.parentElement.hidden = blind;
    fold.parentElement.ontoggle = redraw;
  });
  document.body.classList.toggle("predicting", blind);
  showGuess();
  verdict(answer, blind);
  drawDots($("dots"), answer, world, choose);
  drawByState($("by-state"), answer, about.names);
  $("map-card").hidden = !shapes;
  if (shapes) drawMap($("map"), shapes, answer.map, outcomeOf(answer.map.outcome, "mean"), about.names);
  legend();
}

const differs = () => Object.keys(state.settings).length > 0 || state.policy !== "none" || (state.against === "reference" && page.reference !== page.name);

function verdict(answer, blind) {
  const v = answer.verdict;
  const count = answer.whole ? `${answer.worlds} worlds` : `the first ${answer.worlds} of ${state.worlds} worlds`;
  const lead = blind ? "What will happen? Draw your curve, then reveal." : differs() ? v.sentence : `This is ${page.name} as it stands. Move a lever, and ${state.worlds} worlds answer.`;
  const sub = blind ? "" : `From ${count}, each compared with itself in ${against()}, at the end of ${answer.quarters.at(-1)}.`;
  $("verdict").replaceChildren(lead, make("span", { class: "sub", text: sub }));
  const w = sideWords(v);
  $("dots-words").textContent = `Each mark is one of the ${answer.worlds} worlds, picked evenly from ${w.best} to ${w.worst}: ▲ ${w.better}, ▼ ${w.worse}, ○ the same. Choose one to see its story.`;
}

function legend() {
  $("legend").textContent = hidden() ? "Dashed: the middle world before your change."
    : `Line: the middle world. Dark band: half of all worlds. Light band: 90 of 100. Dashed: ${against()}, middle world; dotted: its 90 of 100. Yes/no outcomes: the share of worlds.`;
}

let resting;

/** A whole answer to the present state stands: say it, and after a moment of rest ask for what lies beside it. */
function settled() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    $("spoken").textContent = $("verdict").textContent;
    for (const name of ["causes", "twin", "assumptions", "copy"]) details(name);
  }, 700);
}

const drawn = {}; // details as last received, with the question they answer

/** Ask for a panel that is open and out of date. */
async function details(name, unseen) {
  if (!(unseen || $(`${name}-panel`).open) || !shown || hidden() || (name === "twin" && world === null)) return;
  const asked = name === "twin" ? { ...question(state), world } : question(state);
  if (drawn[name]?.key === JSON.stringify(asked)) return;
  const element = $(name === "copy" ? "copies" : name);
  if (!element.hasChildNodes() || !drawn[name]) element.replaceChildren(make("p", { class: "small", text: "Working this out…" }));
  element.setAttribute("aria-busy", "true");
  try {
    const found = await detail(name, asked);
    if (!found) return;
    drawn[name] = { key: JSON.stringify(asked), found };
    drawDetail(name);
  } catch (error) {
    element.replaceChildren(make("p", { text: error.message }));
  }
  element.setAttribute("aria-busy", "false");
}

function drawDetail(name) {
  const { found } = drawn[name];
  const outcome = outcomeOf(state.a.outcome, state.a.place);
  if (name === "causes") drawCauses($("causes"), { ...found, better: outcome.better }, outcome);
  if (name === "twin") drawTwin($("twin"), found, outcome, about.names, against());
  if (name === "assumptions") drawAssumptions($("assumptions"), found, state.settings, moveLever);
  if (name === "copy") drawCopies($("copies"), found, copy);
}

function redrawDetails() {
  for (const name of ["causes", "twin"]) if (drawn[name]) drawDetail(name);
}

function choose(number) {
  if (!Number.isInteger(number) || number < 0 || number >= state.worlds) return say(`Worlds are numbered 0 to ${state.worlds - 1}.`);
  world = number;
  $("world").value = number;
  for (const dot of $("dots").querySelectorAll(".dot")) dot.setAttribute("aria-pressed", String(Number(dot.dataset.world) === number));
  const panel = $("twin-panel");
  if (panel.open) details("twin");
  else panel.open = true;
  panel.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  return undefined;
}

/** The state before the last step, then slowly the present one. */
async function replay() {
  const before = steps.before;
  if (!before || replaying || !known.get(key(state))) return;
  replaying = true;
  const after = known.get(key(state));
  const first = known.get(key(before)) ?? await new Promise((done) => { ask(question(before), (a) => a.whole && done(a), () => done(null)); });
  const names = Object.keys({ ...before.settings, ...state.settings }).filter((n) => JSON.stringify(before.settings[n]) !== JSON.stringify(state.settings[n]));
  const alike = first && JSON.stringify([before.a, before.b, before.scenario]) === JSON.stringify([state.a, state.b, state.scenario]);
  if (alike) {
    showLevers(before.settings, page.written);
    say(names.map((n) => `Once more: ${settingWords(n, state.settings[n] ?? "put back")}`).join("; "));
    await morph(first, first, 1);
    await pause(900);
    names.forEach(flash);
    showLevers(state.settings, page.written);
    await morph(first, after, calm() ? 1 : 40);
    say("");
  }
  replaying = false;
  shown = { answer: after, key: key(state) };
  redraw();
}

async function morph(a, b, frames) {
  for (let f = 1; f <= frames; f += 1) {
    const share = frames === 1 ? 1 : 0.5 - Math.cos((Math.PI * f) / frames) / 2;
    const mix = (x, y) => x.map((q, i) => q.map((v, k) => v + (y[i][k] - v) * share));
    const charts = b.charts.map((c, i) => ({ ...c, series: c.series.map((s, j) => ({ ...s, now: mix(a.charts[i].series[j].now, s.now) })) }));
    shown = { answer: { ...b, charts }, key: key(state) };
    redraw();
    await new Promise((done) => { requestAnimationFrame(done); });
  }
}

function togglePrediction() {
  if (predict.on) stopPrediction();
  else {
    startPrediction();
    if (state.a.place === "six") {
      state.a = { ...state.a, place: "mean" };
      changed("predict");
    }
  }
  $("predict").setAttribute("aria-pressed", String(predict.on));
  redraw();
  settled();
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say(`This browser does not let the page copy. Copy it by hand: ${text}`);
  }
}

async function makeHandout() {
  if (!shown?.answer.whole || hidden()) return say("Wait for the whole answer, then save the hand-out.");
  say("Putting the hand-out together…");
  await Promise.all([details("causes", true), details("assumptions", true)]);
  const copies = drawn.copy?.key === key(state) ? drawn.copy.found : await (await post("/api/copy", question(state))).json();
  for (const c of ["a", "b"]) {
    const chart = shown.answer.charts[c === "a" ? 0 : 1];
    $(`table-${c}`).replaceChildren(table(chart, shown.answer.quarters, outcomeOf(chart.outcome, chart.place)));
  }
  const names = Object.keys(state.settings).sort();
  const title = (c) => `${$(`title-${c}`).textContent}${state[c].place ? `, ${$(`place-${c}`).selectedOptions[0].textContent}` : ""}`;
  const text = await handout({ page, state, about, copies, answer: shown.answer, settings: names.map((n) => settingWords(n, state.settings[n])),
    titles: { a: title("a"), b: title("b"), map: $("map-outcome").selectedOptions[0].textContent }, policy: $("policy").selectedOptions[0].textContent,
    against: against(), levers: about.levers.filter((l) => names.includes(l.name)) });
  save(text, `balkansim-${state.scenario}.html`);
  say("The hand-out is saved among your downloads.");
  return undefined;
}

start().catch((error) => say(`The page could not start: ${error.message}`));
