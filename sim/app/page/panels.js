// Causes, twin worlds and assumptions: asked for beside the picture, drawn here.

import { calm, change, empty, esc, line, make, ticks, written } from "./draw.js";

const SHOWN = 9;

const yes = (value) => (value > 0.5 ? "yes" : "no");

/** The waterfall: each bar begins where the one before it ended. */
export function drawCauses(element, found, outcome) {
  empty(element);
  if (found.none) {
    element.append(make("p", { text: `${outcome.label} has no memory: it is worked out afresh every quarter from what goes into it, so no cause can be booked to it. Choose another outcome in the first chart, for example EU alignment or democracy.` }));
  } else if (!found.causes.length) {
    element.append(make("p", { text: "Nothing differs, so there is nothing to explain. Move a lever, choose a policy or another scenario." }));
  } else {
    element.append(
      make("p", { class: "small", text: `Mean over ${found.worlds} worlds. Every change of ${found.label} is booked to what caused it; the bars are the differences of those bookings, and they add up to the whole change of ${change(found.sum)}.` }),
      waterfall(found, Math.max(320, element.clientWidth)));
  }
  if (found.happenings.length) element.append(make("h4", { text: "What happens, in how many of 100 worlds" }), happenings(found.happenings));
}

function waterfall(found, width) {
  const rows = found.causes.slice(0, SHOWN).map((c) => ({ ...c }));
  const rest = found.causes.slice(SHOWN).reduce((sum, c) => sum + c.difference, 0);
  if (found.causes.length > SHOWN) rows.push({ because: `${found.causes.length - SHOWN} smaller ones`, room: "", difference: rest });
  let at = 0;
  for (const r of rows) [r.from, r.to, at] = [at, at + r.difference, at + r.difference];
  rows.push({ because: "All together", room: "", from: 0, to: at, difference: at, sum: true });
  const narrow = width < 560;
  const [left, right, height] = [narrow ? 8 : Math.min(380, width * 0.4), width - 66, narrow ? 42 : 27];
  const [low, high] = [Math.min(0, ...rows.map((r) => Math.min(r.from, r.to))), Math.max(0, ...rows.map((r) => Math.max(r.from, r.to)))];
  const x = (v) => left + ((v - low) / (high - low || 1)) * (right - left);
  const worse = outcomeIsWorse(found);
  const body = rows.map((r, i) => {
    const [a, b, y] = [x(Math.min(r.from, r.to)), x(Math.max(r.from, r.to)), i * height + (narrow ? 20 : 4)];
    const kind = r.sum ? "sum" : r.difference > 0 !== worse ? "up" : "down";
    const words = r.room && r.room !== r.because ? `${r.because} (${r.room})` : r.because;
    const link = r.sum ? "" : `<line class="grid" x1="${x(r.to)}" x2="${x(r.to)}" y1="${y}" y2="${y + height + 14}"/>`;
    return `${link}<rect class="${kind}" x="${a}" y="${y}" width="${Math.max(1.5, b - a)}" height="17" rx="2"/>` +
      `<text class="${r.sum ? "strong" : ""}" x="${narrow ? 8 : left - 10}" y="${narrow ? y - 5 : y + 13}" text-anchor="${narrow ? "start" : "end"}">${esc(words)}</text>` +
      `<text class="strong" x="${b + 6}" y="${y + 13}">${change(r.difference)}</text>`;
  });
  const told = rows.map((r) => `${r.because} ${change(r.difference)}`).join("; ");
  const holder = make("div", {});
  holder.innerHTML = `<svg viewBox="0 0 ${width} ${rows.length * height + 22}" role="img" aria-label="${esc(`Causes of the change: ${told}.`)}"><line class="grid" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${rows.length * height}"/>${body.join("")}</svg>`;
  return holder;
}

const outcomeIsWorse = (found) => found.better === "lower";

const FEW = 6;

/** What happens in more or fewer worlds than before, the largest change first; the others behind a fold. */
function happenings(rows) {
  const ordered = [...rows].sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  const parts = [events(ordered.slice(0, FEW))];
  if (ordered.length > FEW) parts.push(make("details", {}, make("summary", { text: `The other ${ordered.length - FEW}` }), events(ordered.slice(FEW))));
  return make("div", {}, ...parts);
}

function events(rows) {
  const head = make("tr", {}, ...["", "as set", "before"].map((t, i) => (i ? make("th", { scope: "col", text: t }) : make("td", {}))));
  const body = rows.map((r) => make("tr", {}, make("th", { scope: "row", text: r.words }), make("td", { text: Math.round(100 * r.now) }), make("td", { text: Math.round(100 * r.before) })));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What happens" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

/** One world and its twin: two lines, two rows of events, the first parting, the story. */
export function drawTwin(element, found, outcome, names, against) {
  empty(element);
  const end = found.quarters.length - 1;
  const tell = (v) => (outcome.type === "bool" ? yes(v) : written(v, 0.1));
  const drew = Object.entries(found.drawn).map(([k, v]) => `${k}: ${v}`).join("; ");
  element.append(make("p", { text: `World ${found.world}: the same luck twice, once as set, once as in ${against}. At the end ${found.label} is ${tell(found.now[end])} ` +
    `instead of ${tell(found.before[end])}${outcome.type === "bool" ? "" : ` (${change(found.now[end] - found.before[end])})`}.${drew ? ` Drawn in this world: ${drew}.` : ""}` }));
  const picture = make("div", {});
  picture.innerHTML = twins(found, outcome, names, Math.max(320, element.clientWidth));
  element.append(picture);
  element.append(...parting(found, names));
  const only = make("input", { type: "checkbox", id: "only", checked: found.events.some((e) => e.where !== "both") });
  const list = make("ol", { class: "story" });
  const fill = () => list.replaceChildren(...found.events.filter((e) => !only.checked || e.where !== "both").map((e) => entry(e, names)));
  only.addEventListener("change", fill);
  element.append(make("h4", { text: "The story" }), make("label", { for: "only" }, only, " Show only what differs"), list);
  fill();
}

/** Where the two lives part, and what had been booked differently by then. */
function parting(found, names) {
  if (!found.parts) return [make("p", { text: "The two lives never part by more than counts as the same." })];
  const apart = found.outcomes.map((o) => (o.type === "bool" ? `${o.label}: ${yes(o.now)} instead of ${yes(o.before)}` : `${o.label} ${written(o.now, 0.1)} instead of ${written(o.before, 0.1)}`)).join("; ");
  const first = found.event ? ` The first event that happens in one life only, in ${found.event.quarter} (${found.event.where === "now" ? "only as set" : "only before"}): ${story(found.event, names)}.` : " No event happens in one life only.";
  const parts = [make("h4", { text: `Where they part: ${found.parts}` }), make("p", { text: `${apart}.${first}` })];
  if (found.bookings.length) {
    parts.push(make("h4", { text: "What led there" }), make("p", { class: "small", text: `Booked differently from the start to ${found.parts}:` }),
      make("ul", {}, ...found.bookings.map((b) => make("li", { text: `${b.what}: ${b.because}${b.room && b.room !== b.because ? ` (${b.room})` : ""} ${change(b.difference)}` }))));
  }
  return parts;
}

function entry(event, names) {
  const tag = { now: "only as set", before: "only before" }[event.where];
  return make("li", { class: event.where }, make("span", { class: "when", text: event.quarter }), `${story(event, names)} `, tag ? make("span", { class: "tag", text: tag }) : null);
}

const TELL = {
  veto: (t, a) => `${a} blocks a step of ${t} towards the EU`,
  veto_lifted: (t, a) => `${a} lifts its veto on ${t}`,
  quarrel: (t, a) => `A quarrel arises between ${t} and ${a}`,
  election: (t) => `${t} votes`,
  turnover: (t) => `The government changes in ${t}`,
  stall: (t) => `Reforms stall in ${t}`,
  hybrid_attack: (t, a) => `${t} suffers a hybrid attack${a && a !== t ? ` (${a})` : ""}`,
  disaster: (t) => `A disaster strikes ${t}`,
  crisis: (t) => `An acute crisis breaks out in ${t}`,
  "crisis.kosovo_serbia": () => "Crisis between Belgrade and Pristina",
  "agreement.kosovo_serbia": () => "Belgrade and Pristina agree on a text",
  secession: () => "Republika Srpska declares secession",
  us_withdrawal: () => "The United States withdraws from the region",
  discouraging_statement: () => "Leaders talk cooperation down in public",
};

/** An event in a sentence. */
export function story(event, names) {
  const [target, actor] = [names[event.target] ?? event.target, names[event.actor] ?? event.actor];
  const tell = TELL[event.event] ?? TELL[event.kind];
  const head = tell ? tell(target, actor) : `${event.event.split(".")[0].replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase())}${target ? `, ${target}` : ""}`;
  const why = event.because && !head.toLowerCase().includes(event.because.toLowerCase()) ? `: ${event.because.replaceAll("_", " ")}` : "";
  return `${head}${why}${event.until ? ` (until ${event.until})` : ""}`;
}

const LANES = { now: ["as set", 1], before: ["before", -1] };

function twins(found, outcome, names, width) {
  const [left, right, top, bottom] = [outcome.labels.length ? 120 : 74, width - 12, 12, 230];
  const all = [...found.now, ...found.before];
  const least = (outcome.range[1] - outcome.range[0]) * 0.05;
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (high - low < least) [low, high] = [(low + high - least) / 2, (low + high + least) / 2];
  const x = (i) => left + (i / (found.quarters.length - 1)) * (right - left);
  const y = (v) => bottom - ((v - low) / (high - low)) * (bottom - top);
  const labels = outcome.type === "bool" ? ["no", "yes"] : outcome.labels;
  const grid = (labels.length ? labels.map((_, i) => i) : ticks(low, high, 4)).filter((v) => v >= low && v <= high)
    .map((v) => `<line class="grid" x1="${left}" x2="${right}" y1="${y(v)}" y2="${y(v)}"/><text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${labels.length ? esc(labels[v]) : written(v, high - low)}</text>`);
  const years = found.quarters.map((q, i) => (q.endsWith("Q1") && (width > 560 || Number(q.slice(0, 4)) % 2 === 0) ? `<text x="${x(i)}" y="${bottom + 76}" text-anchor="middle">${q.slice(0, 4)}</text>` : ""));
  const lanes = Object.entries(LANES).map(([where, [words, up]]) => {
    const base = bottom + (up > 0 ? 26 : 48);
    const stack = new Map();
    const marks = found.events.filter((e) => e.where === where || e.where === "both").map((e) => {
      const i = found.quarters.indexOf(e.quarter);
      const k = stack.get(i) ?? 0;
      stack.set(i, k + 1);
      if (k > 3) return "";
      const only = e.where !== "both";
      return `<rect class="${only ? (where === "now" ? "up" : "down") : "sum"}" opacity="${only ? 1 : 0.35}" x="${x(i) - 2.5}" y="${base - 4 - k * 4.5}" width="5" height="3.6"><title>${esc(`${e.quarter} ${story(e, names)}`)}</title></rect>`;
    });
    return `<line class="grid" x1="${left}" x2="${right}" y1="${base + 1}" y2="${base + 1}"/><text x="${left - 6}" y="${base}" text-anchor="end">${words}</text>${marks.join("")}`;
  });
  const part = found.quarters.indexOf(found.parts);
  const marked = part >= 0 ? `<line class="cross" stroke-dasharray="2 3" x1="${x(part)}" x2="${x(part)}" y1="${top}" y2="${bottom + 52}"/><text class="strong halo" x="${x(part) + (part > found.quarters.length * 0.7 ? -5 : 5)}" y="${top + 10}" text-anchor="${part > found.quarters.length * 0.7 ? "end" : "start"}">they part, ${found.parts}</text>` : "";
  const path = (values, cls) => `<path class="${cls}" d="${line(values.map((v, i) => [x(i), y(v)]))}"/>`;
  return `<svg viewBox="0 0 ${width} ${bottom + 82}" role="img" aria-label="${esc(`${found.label} in world ${found.world}, with and without the change; the stories part in ${found.parts ?? "no quarter"}.`)}">` +
    `${grid.join("")}${years.join("")}${lanes.join("")}${marked}${path(found.before, "ghost")}${path(found.now, "median")}</svg>` +
    '<p class="small">Solid: as set. Dashed: before. Small marks: events, one row for each twin; faint where both have the same.</p>';
}

/** Assumptions: those that the outcome goes with most, then all the others. `hold(name, value or undefined)` fixes or frees one. */
export function drawAssumptions(element, found, settings, hold) {
  empty(element);
  const strong = found.drawn.filter((d) => Math.abs(d.strength) > found.chance).slice(0, 10);
  const names = new Set(strong.map((d) => d.name));
  element.append(make("p", { class: "small", text: `${found.drawn.length} numbers of the model are not known exactly. Each world draws its own, within the range given. The bar says how closely ${found.label} at the end follows a number across ${found.worlds} worlds (rank correlation, 0 to 1); with so many numbers, anything below ${found.chance} may be chance. You may hold a number still and see what becomes of the answer.` }));
  if (found.held.length) element.append(make("h4", { text: "Held by you" }), ...found.held.map((d) => one(d, settings, hold)));
  element.append(make("h4", { text: "The answer depends on these most" }), ...(strong.length ? strong.map((d) => one(d, settings, hold)) : [make("p", { text: "On none that stands out from chance; many small ones add up." })]));
  const rest = make("details", {}, make("summary", { text: `The other ${found.drawn.length - strong.length}` }));
  rest.addEventListener("toggle", () => {
    if (rest.open && rest.children.length === 1) rest.append(...found.drawn.filter((d) => !names.has(d.name)).map((d) => one(d, settings, hold)));
  });
  element.append(rest);
}

function one(d, settings, hold) {
  const id = `as-${d.name.replaceAll(".", "-")}`;
  const held = d.name in settings;
  const value = make("input", { id, type: "number", step: "any", min: d.range[0], max: d.range[1], value: held ? settings[d.name] : Number((d.median ?? d.range[0]).toPrecision(3)) });
  const set = make("button", { type: "button", text: "Hold", "aria-label": `Hold: ${d.means}`, onclick: () => {
    if (value.checkValidity() && Number.isFinite(value.valueAsNumber)) hold(d.name, value.valueAsNumber);
    else value.reportValidity();
  } });
  const free = held ? make("button", { type: "button", text: "Let it vary", "aria-label": `Let vary: ${d.means}`, onclick: () => hold(d.name, undefined) }) : null;
  const strength = d.strength === undefined ? null : make("div", { class: "strength" },
    make("meter", { min: 0, max: 1, value: Math.abs(d.strength), "aria-label": `How closely the outcome follows: ${d.means}` }),
    `${Math.abs(d.strength).toFixed(2)}, ${d.strength > 0 ? "higher with it" : "lower with it"}`);
  const range = d.low === undefined ? "" : `In these worlds ${Number(d.low.toPrecision(3))} to ${Number(d.high.toPrecision(3))}, middle ${Number(d.median.toPrecision(3))}${d.several ? " (a factor on each actor's own value)" : ""}. `;
  const from = d.source.length ? `Source: ${d.source.join("; ")}. ` : "";
  return make("div", { class: "assumption" },
    make("div", { text: d.means }), strength,
    make("details", {}, make("summary", { text: `${d.status}; range, source, hold it still` }),
      make("p", { class: "small", text: `${range}Drawn from ${d.prior}. Unit: ${d.unit}. Allowed: ${d.range[0]} to ${d.range[1]}. ${from}${d.because} Used in: ${d.room}. Name in files: ${d.name}` }),
      d.several ? null : make("div", { class: "field inline" }, make("label", { for: id, text: "Hold at" }), value, set, free)));
}

/** The question as text in three forms, each with a button; `copy(text, done)` puts it on the clipboard. */
export function drawCopies(element, texts, copy) {
  const block = (title, words, text) => make("div", {}, make("div", { class: "heading" }, make("h4", { text: title }),
    make("button", { type: "button", text: "Copy", "aria-label": `Copy: ${title}`, onclick: () => copy(text, `${title}: copied.`) })),
  make("p", { class: "small", text: words }), make("pre", { tabindex: "0", "aria-label": title, text }));
  empty(element).append(
    block("Commands", "Play both runs in a terminal and compare them, world by world.", texts.command),
    block("Scenario file", "What is set here, as a file of its own.", texts.yaml),
    block("Notebook cell", "The same in Python.", texts.notebook));
}

/** Wait a little, less where motion is not wanted. */
export const pause = (milliseconds) => new Promise((done) => { setTimeout(done, calm() ? milliseconds / 2 : milliseconds); });
