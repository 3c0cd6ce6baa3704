// The page: one state, held in the address; whatever moves changes the state, and the newest state is asked about.

import { $, calm, empty, make } from "./draw.js";
import { drawChart, readable, table } from "./charts.js";
import { ask, detail, foresee, get, key as keyOf, post, recall } from "./ask.js";
import { nextMoves, watch } from "./ahead.js";
import { Steps, fromAddress, question, toAddress } from "./state.js";
import { fillChoosers, option } from "./choosers.js";
import { buildLevers, flash, settingWords, showLevers } from "./levers.js";
import { drawByState, drawDots, drawMap } from "./dots.js";
import { continued, countWords, documentWords, legendWords, morphed, outcomeWords, verdictWords } from "./answer.js";
import { drawAssumptions, drawCauses, drawCopies, drawDeeper, drawOrigin, pause } from "./panels.js";
import { drawTwin } from "./twin.js";
import { hidden, predict, preparePrediction, showGuess, startPrediction, stopPrediction } from "./predict.js";
import { saveHandout } from "./handout.js";

let about; // what exists
let page; // the scenario's own words and settings
let shapes = null; // outlines for the map
let state;
let steps;
let shown = null; // {answer, key}: what the pictures show, an answer that is whole
let played = null; // the same for an answer on its way, of which the charts show the first years
let world = null; // the world chosen among the dots
let replaying = false;
let towards = 1; // whether the last move of a lever went up or down

const key = (s) => keyOf(question(s));
const outcomeOf = (name, place) => (place ? about.state_outcomes : about.region_outcomes).find((o) => o.name === name);
const moved = () => Object.keys(state.settings).length > 0 || state.policy !== "none";
const differs = () => moved() || (state.against === "reference" && page.reference !== page.name);
/** What the answer and what it is compared with are called in the pictures; where they are the same, nothing is compared. */
const sides = () => (differs() ? { now: moved() ? "as set" : "scenario", before: state.against === "written" ? "as written" : page.reference } : { now: "as it is", before: "" });
const against = () => (state.against === "written" ? "the scenario as written" : page.reference);

async function start() {
  about = await get("/api/about");
  const reply = await fetch("/map.geojson");
  if (reply.ok) shapes = await reply.json();
  $("version").textContent = `Model ${about.version}.`;
  fillChoosers(about, (chart, outcome, place) => {
    state[chart] = { outcome, place: place ?? (state[chart].place || "mean") };
    changed(`outcome-${chart}`);
  }, (chart, place) => {
    state[chart] = { ...state[chart], place };
    changed(`place-${chart}`);
  });
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
  empty($("policy")).append(option("none", "none: as written"), ...page.policies.map((p) => option(p.name, p.title)));
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
  for (const c of ["a", "b"]) $(`origin-${c}`).parentElement.addEventListener("toggle", () => origin(c));
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
  watch($("levers"), expect);
  for (const name of ["chart-a", "chart-b"]) readable($(name));
}

function moveLever(name, value) {
  if (typeof value === "number") towards = value < (state.settings[name] ?? page.written[name]?.value ?? 0) ? -1 : 1;
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
  $("from").textContent = documentWords(page.sources);
  showLevers(state.settings, page.written);
  [$("undo").disabled, $("redo").disabled, $("replay").disabled] = [!steps.past.length, !steps.future.length, !steps.past.length];
  $("reset").disabled = !Object.keys(state.settings).length;
  for (const c of ["a", "b"]) $(`chart-${c}`).classList.add("stale");
  document.body.classList.add("working");
  for (const name of ["causes", "twin", "assumptions"]) if ($(`${name}-panel`).open && drawn[name]) $(name).setAttribute("aria-busy", "true");
  clearTimeout(resting);
  ask(question(state), receive, (message) => { document.body.classList.remove("working"); say(message); });
}

function say(message) {
  $("status").textContent = message;
}

function receive(answer, asked) {
  if (replaying) return;
  if (answer.whole) [shown, played] = [{ answer, key: keyOf(asked) }, null];
  else played = { answer: continued(answer, shown?.answer), key: keyOf(asked) };
  if (answer.whole) redraw();
  else drawCharts();
  if (answer.whole && shown.key === key(state)) settled();
}

/** The reader rests on a lever: have the answers to its next moves ready, but not before the present question is answered. */
function expect(moves) {
  expected = moves;
  if (shown?.key === key(state)) foresee(moves.map(([name, value]) => question({ ...state, settings: { ...state.settings, [name]: value } })));
}

let expected = [];

/** Everything that an answer draws at once. */
function redraw() {
  if (!shown) return;
  const { answer } = shown;
  const blind = hidden();
  drawCharts();
  document.body.classList.toggle("predicting", blind);
  showGuess();
  const [lead, sub] = blind ? ["What will happen? Draw your curve, then reveal.", ""] : verdictWords(answer, { differs: differs(), page, against: against() });
  $("verdict").replaceChildren(lead, make("span", { class: "sub", text: sub }));
  $("dots-words").textContent = countWords(answer);
  $("legend").textContent = legendWords(blind, against());
  drawDots($("dots"), answer, world, choose);
  drawByState($("by-state"), answer, about.names);
  $("map-card").hidden = !shapes;
  if (shapes) drawMap($("map"), $("scale"), shapes, answer.map, outcomeOf(answer.map.outcome, "mean"), about.names);
}

/** The two charts: of the answer on its way as far as it goes, else of the whole one. */
function drawCharts() {
  const { answer, key: name } = played ?? shown;
  const blind = hidden();
  const named = sides();
  answer.charts.forEach((chart, i) => {
    const which = i === 0 ? "a" : "b";
    const outcome = outcomeOf(chart.outcome, chart.place);
    const element = $(`chart-${which}`);
    $(`title-${which}`).textContent = outcome.label;
    [$(`unit-${which}`).textContent, $(`unit-${which}`).title] = [outcomeWords(outcome), outcome.means];
    element.classList.toggle("stale", name !== key(state));
    if (blind && which === "b") element.replaceChildren(make("p", { class: "veil", text: "Hidden until you reveal the answer." }));
    else drawChart(element, { ...chart, scope: state.scenario }, { outcome, quarters: answer.quarters, key: which, hidden: blind, guess: which === "a" ? predict.guess : null, sides: named });
    [element.dataset.answer, element.dataset.whole] = [name, String(!played)];
    const fold = $(`table-${which}`);
    if (fold.parentElement.open && !blind && !played) fold.replaceChildren(table(chart, answer.quarters, outcome, named));
    fold.parentElement.hidden = blind;
    fold.parentElement.ontoggle = redraw;
  });
}

let resting;

/** A whole answer to the present state stands: say it, and after a moment of rest ask for what lies beside it. */
function settled() {
  document.body.classList.remove("working");
  const likely = document.activeElement?.closest("#levers") ? nextMoves(document.activeElement, towards) : [];
  expect(likely.length ? likely : expected);
  clearTimeout(resting);
  resting = setTimeout(() => {
    $("spoken").textContent = $("verdict").textContent;
    for (const c of ["a", "b"]) origin(c);
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

async function deepen(element) {
  try {
    const found = await detail("deeper", question(state));
    if (found) drawDeeper(element, found, sides());
  } catch (error) {
    element.replaceChildren(make("p", { text: error.message }));
  }
}

/** What a chart's outcome is and where it starts, once its fold is open. */
async function origin(c) {
  const [element, { outcome, place }] = [$(`origin-${c}`), state[c]];
  const address = `/api/outcome?${new URLSearchParams({ scenario: state.scenario, name: outcome, of: place ? "states" : "region" })}`;
  if (!element.parentElement.open || element.dataset.shows === address) return;
  element.dataset.shows = address;
  drawOrigin(element, await get(address), outcomeOf(outcome, place));
}

function drawDetail(name) {
  const { found } = drawn[name];
  const outcome = outcomeOf(state.a.outcome, state.a.place);
  if (name === "causes") drawCauses($("causes"), { ...found, better: outcome.better }, outcome, sides(), deepen);
  if (name === "twin") drawTwin($("twin"), found, outcome, about.names, sides());
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
  const after = recall(question(state));
  if (!before || replaying || !after) return;
  [replaying, played] = [true, null];
  const first = recall(question(before)) ?? await new Promise((done) => { ask(question(before), (a) => a.whole && done(a), () => done(null)); });
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
    shown = { answer: morphed(a, b, frames === 1 ? 1 : 0.5 - Math.cos((Math.PI * f) / frames) / 2), key: key(state) };
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
  await saveHandout({ page, state, about, copies, answer: shown.answer, against: against(), sides: sides(), outcomeOf });
  say("The hand-out is saved among your downloads.");
  return undefined;
}

start().catch((error) => say(`The page could not start: ${error.message}`));
