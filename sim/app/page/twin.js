// One world and its twin: two lives with the same luck, and the story that each tells.

import { apart, change, empty, esc, line, make, ticks, written } from "./draw.js";

/** What a side is called, within a sentence: as set, in baseline. */
const within = (words) => (words.startsWith("as ") ? words : `in ${words}`);
const yes = (value) => (value > 0.5 ? "yes" : "no");

/** One world and its twin: two lines, two rows of events, the first parting, the story. */
export function drawTwin(element, found, outcome, names, sides) {
  empty(element);
  const end = found.quarters.length - 1;
  const tell = (v) => (outcome.type === "bool" ? yes(v) : written(v, 0.1));
  const drew = Object.entries(found.drawn).map(([k, v]) => `${k}: ${v}`).join("; ");
  element.append(make("p", { text: `World ${found.world}: the same luck twice, once ${within(sides.now)}, once ${within(sides.before)}. At the end ${found.label} is ${tell(found.now[end])} ` +
    `instead of ${tell(found.before[end])}${outcome.type === "bool" ? "" : ` (${change(found.now[end] - found.before[end])})`}.${drew ? ` Drawn in this world: ${drew}.` : ""}` }));
  const picture = make("div", {});
  picture.innerHTML = twins(found, outcome, names, sides, Math.max(320, element.clientWidth));
  element.append(picture);
  element.append(...parting(found, names, sides));
  const only = make("input", { type: "checkbox", id: "only", checked: found.events.some((e) => e.where !== "both") });
  const list = make("ol", { class: "story" });
  const fill = () => list.replaceChildren(...told(found.events.filter((e) => !only.checked || e.where !== "both"), names, sides));
  only.addEventListener("change", fill);
  element.append(make("h4", { text: "The story" }), make("label", { for: "only" }, only, " Show only what differs"), list);
  fill();
}

/** Where the two lives part, and what had been booked differently by then. */
function parting(found, names, sides) {
  if (!found.parts) return [make("p", { text: "The two lives never part by more than counts as the same." })];
  const apart = found.outcomes.map((o) => (o.type === "bool" ? `${o.label}: ${yes(o.now)} instead of ${yes(o.before)}` : `${o.label} ${written(o.now, 0.1)} instead of ${written(o.before, 0.1)}`)).join("; ");
  const first = found.event ? ` The first event that happens in one life only, in ${found.event.quarter} (only ${within(sides[found.event.where])}): ${story(found.event, names)}.` : " No event happens in one life only.";
  const parts = [make("h4", { text: `Where they part: ${found.parts}` }), make("p", { text: `${apart}.${first}` })];
  const booked = found.bookings.filter((b) => change(b.difference) !== "0");
  if (booked.length) {
    parts.push(make("h4", { text: "What led there" }), make("p", { class: "small", text: `Booked differently from the start to ${found.parts}:` }),
      make("ul", {}, ...booked.map((b) => make("li", { text: `${b.what}: ${b.because}${b.room && b.room !== b.because ? ` (${b.room})` : ""} ${change(b.difference)}` }))));
  }
  return parts;
}

/** The story, year by year; what one actor does to several in the same quarter for the same reason is one line. */
function told(events, names, sides) {
  const lines = new Map();
  for (const e of events) {
    const name = JSON.stringify([e.quarter, e.event.replace(`.${e.target}`, ""), e.actor === e.target ? "" : e.actor, e.because, e.where]);
    if (!lines.has(name)) lines.set(name, []);
    lines.get(name).push(e);
  }
  let year = "";
  return [...lines.values()].flatMap((same) => {
    const head = same[0].quarter.slice(0, 4) === year ? [] : [make("li", { class: "year", text: same[0].quarter.slice(0, 4) })];
    year = same[0].quarter.slice(0, 4);
    return [...head, entry(same, names, sides)];
  });
}

function entry(same, names, sides) {
  const [event] = same;
  const tag = event.where === "both" ? null : make("span", { class: "tag", text: `only ${within(sides[event.where])}` });
  return make("li", { class: event.where }, make("span", { class: "when", text: event.quarter }), `${story(event, names, same)} `, tag);
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

const listed = (words) => (words.length < 3 ? words.join(" and ") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/** An event in a sentence, or several of one kind, actor and reason that happen to different states. */
export function story(event, names, same = [event]) {
  const until = [...new Set(same.map((e) => e.until))].length === 1 ? event.until : "";
  const own = (e) => (same.length > 1 && !until && e.until ? ` (until ${e.until})` : "");
  const [target, actor] = [listed(same.map((e) => `${names[e.target] ?? e.target}${own(e)}`)), names[event.actor] ?? event.actor];
  const tell = TELL[event.event] ?? TELL[event.kind];
  const head = tell ? tell(target, actor) : `${event.event.split(".")[0].replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase())}${target ? `, ${target}` : ""}`;
  const why = event.because && !head.toLowerCase().includes(event.because.toLowerCase()) ? `: ${event.because.replaceAll("_", " ")}` : "";
  return `${head}${why}${until ? ` (until ${until})` : ""}`;
}

function twins(found, outcome, names, sides, width) {
  const margin = 16 + 6.8 * Math.max(sides.now.length, sides.before.length);
  const [left, right, top, bottom] = [outcome.labels.length ? 124 : 46, width - margin, 12, 230];
  const all = [...found.now, ...found.before];
  const least = (outcome.range[1] - outcome.range[0]) * 0.05;
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (high - low < least) [low, high] = [(low + high - least) / 2, (low + high + least) / 2];
  const x = (i) => left + (i / (found.quarters.length - 1)) * (right - left);
  const y = (v) => bottom - ((v - low) / (high - low)) * (bottom - top);
  const labels = outcome.type === "bool" ? ["no", "yes"] : outcome.labels;
  const grid = (labels.length ? labels.map((_, i) => i) : ticks(low, high, 4)).filter((v) => v >= low && v <= high)
    .map((v) => `<line class="grid" x1="${left}" x2="${right}" y1="${y(v)}" y2="${y(v)}"/><text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${labels.length ? esc(labels[v]) : written(v, high - low)}</text>`);
  const years = found.quarters.map((q, i) => (q.endsWith("Q1") && (width > 560 || Number(q.slice(0, 4)) % 2 === 0) ? `<text x="${x(i)}" y="${bottom + 84}" text-anchor="middle">${q.slice(0, 4)}</text>` : ""));
  const lanes = ["now", "before"].map((where, row) => {
    const base = bottom + 36 + 22 * row;
    const stack = new Map();
    const marks = found.events.filter((e) => e.where === where || e.where === "both").map((e) => {
      const i = found.quarters.indexOf(e.quarter);
      const k = stack.get(i) ?? 0;
      stack.set(i, k + 1);
      if (k > 3) return "";
      const only = e.where !== "both";
      return `<rect class="${only ? (where === "now" ? "up" : "down") : "sum"}" opacity="${only ? 1 : 0.35}" x="${x(i) - 2.5}" y="${base - 4 - k * 4.5}" width="5" height="3.6"><title>${esc(`${e.quarter} ${story(e, names)}`)}</title></rect>`;
    });
    return `<line class="grid" x1="${left}" x2="${right}" y1="${base + 1}" y2="${base + 1}"/><text x="${right + 6}" y="${base}" class="${where === "now" ? "now" : "was"}">${esc(sides[where])}</text>${marks.join("")}`;
  });
  const part = found.quarters.indexOf(found.parts);
  const marked = part >= 0 ? `<line class="cross" stroke-dasharray="2 3" x1="${x(part)}" x2="${x(part)}" y1="${top}" y2="${bottom + 60}"/><text class="strong halo" x="${x(part) + (part > found.quarters.length * 0.7 ? -5 : 5)}" y="${top + 10}" text-anchor="${part > found.quarters.length * 0.7 ? "end" : "start"}">they part, ${found.parts}</text>` : "";
  const path = (values, cls) => `<path class="${cls}" d="${line(values.map((v, i) => [x(i), y(v)]))}"/>`;
  return `<svg viewBox="0 0 ${width} ${bottom + 90}" role="img" aria-label="${esc(`${found.label} in world ${found.world}, with and without the change; the stories part in ${found.parts ?? "no quarter"}.`)}">` +
    `${grid.join("")}${years.join("")}${lanes.join("")}${marked}${path(found.before, "ghost")}${path(found.now, "median")}${ends(found, sides, y, right)}</svg>` +
    `<p class="small">${esc(`${found.label} (${outcome.unit}). Solid: ${sides.now}. Dashed: ${sides.before}.`)} Small marks: events, one row for each twin; faint where both have the same.</p>`;
}

/** What the two lines are called, beside their ends. */
function ends(found, sides, y, right) {
  const [now, before] = apart([y(found.now.at(-1)), y(found.before.at(-1))], 16);
  return `<text class="now" x="${right + 6}" y="${now + 4}">${esc(sides.now)}</text><text class="was" x="${right + 6}" y="${before + 4}">${esc(sides.before)}</text>`;
}
