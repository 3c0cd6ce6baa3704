// Causes, twin worlds and assumptions: asked for beside the picture, drawn here.

import { calm, change, empty, esc, make, sentence, written } from "./draw.js";

const SHOWN = 9;

/**
 * The waterfall: each bar begins where the one before it ended. `sides`: what the answer and what it is compared with are called;
 * `deepen(element)` is called once the fold "one level down" is opened.
 */
export function drawCauses(element, found, outcome, sides, deepen) {
  empty(element);
  if (found.none) {
    element.append(make("p", { text: `${outcome.label} cannot be explained: ${found.none}. Choose another outcome in the first chart.` }));
  } else if (!found.causes.length) {
    element.append(make("p", { text: "Nothing differs, so there is nothing to explain. Move a lever, choose a policy or another scenario." }));
  } else {
    element.append(
      make("p", { class: "small", text: `Mean over ${found.worlds} worlds. ${told(found)}, and they add up to the whole change of ${change(found.sum)}.` }),
      waterfall(found, Math.max(320, element.clientWidth)), level(deepen));
  }
  if (found.happenings.length) element.append(make("h4", { text: "What happens, in how many of 100 worlds" }), happenings(found.happenings, sides));
}

const told = (found) => (found.signal
  ? `${sentence(found.label).slice(0, -1)} is worked out afresh every quarter: each bar is what one of its inputs makes of the difference`
  : `Every change of ${found.label} is booked to what caused it: the bars are the differences of those bookings`);

/** A fold that asks for more once it is opened. */
function level(deepen) {
  const place = make("div", {}, make("p", { class: "small", text: "Working this out…" }));
  const fold = make("details", { class: "live" }, make("summary", { text: "One level down: what each of these was itself made of" }), place);
  fold.addEventListener("toggle", () => { if (fold.open && !fold.dataset.asked) { fold.dataset.asked = "yes"; deepen(place); } });
  return fold;
}

/** What each cause was made of: a table with the mean level of every input in both, over all quarters. */
export function drawDeeper(element, found, sides) {
  if (found.none || !found.bars.length) {
    element.replaceChildren(make("p", { text: found.none ? sentence(found.none) : "Each of these is memory, with causes of its own: choose it as the outcome of the first chart to see them." }));
    return;
  }
  const head = make("tr", {}, make("th", { scope: "col", text: "Cause, and what it was made of" }), ...[sides.before, sides.now, "change"].map((t) => make("th", { scope: "col", text: t })));
  const rows = found.bars.filter((bar) => change(bar.difference) !== "0").flatMap((bar) => [
    make("tr", {}, make("th", { scope: "row", text: bar.room && bar.room !== bar.because ? `${bar.because} (${bar.room})` : bar.because }), make("td", {}), make("td", {}), make("td", { text: change(bar.difference) })),
    ...bar.parts.filter((p) => change(p.difference) !== "0").slice(0, FEW).map((p) => make("tr", { class: "part" },
      make("td", { text: `${p.what}${p.by ? `, by way of ${p.by}` : ""}${p.kind ? ` (${p.kind})` : ""}` }),
      ...[p.from, p.to].map((v) => make("td", { text: v === null ? "" : written(v, 0.1) })), make("td", { text: change(p.difference) }))),
  ]);
  element.replaceChildren(
    make("p", { class: "small", text: `Mean over ${found.worlds} worlds. Each input was exchanged for its value in the other run while all else stayed; levels are means over the quarters. Parts of one cause may pull against each other.` }),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "One level down" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))));
}

function waterfall(found, width) {
  const rows = found.causes.slice(0, SHOWN).filter((c) => change(c.difference) !== "0").map((c) => ({ ...c }));
  const others = found.causes.slice(rows.length);
  const rest = others.reduce((sum, c) => sum + c.difference, 0);
  if (change(rest) !== "0") rows.push({ because: others.length === 1 ? others[0].because : `${others.length} smaller ones`, room: "", difference: rest });
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
function happenings(rows, sides) {
  const ordered = [...rows].sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  const parts = [events(ordered.slice(0, FEW), sides)];
  if (ordered.length > FEW) parts.push(make("details", {}, make("summary", { text: `The other ${ordered.length - FEW}` }), events(ordered.slice(FEW), sides)));
  return make("div", {}, ...parts);
}

function events(rows, sides) {
  const head = make("tr", {}, ...["", sides.now, sides.before].map((t, i) => (i ? make("th", { scope: "col", text: t }) : make("td", {}))));
  const body = rows.map((r) => make("tr", {}, make("th", { scope: "row", text: r.words }), make("td", { text: Math.round(100 * r.now) }), make("td", { text: Math.round(100 * r.before) })));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What happens" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

/** Assumptions: those that the outcome goes with most, then all the others. `hold(name, value or undefined)` fixes or frees one. */
export function drawAssumptions(element, found, settings, hold) {
  empty(element);
  const strong = found.drawn.filter((d) => Math.abs(d.strength) > found.chance).slice(0, 10);
  const names = new Set(strong.map((d) => d.name));
  element.append(make("p", { class: "small", text: `${found.drawn.length} numbers of the model are not known exactly. Each world draws its own, within the range given. The bar says how closely ${found.label} at the end follows a number across ${found.worlds} worlds (rank correlation, 0 to 1); with so many numbers, anything below ${found.chance} may be chance.` }, make("span", { class: "live", text: " You may hold a number still and see what becomes of the answer." })));
  if (found.held.length) element.append(make("h4", { text: "Held by you" }), ...found.held.map((d) => one(d, settings, hold)));
  element.append(make("h4", { text: "The answer depends on these most" }), ...(strong.length ? strong.map((d) => one(d, settings, hold)) : [make("p", { text: "On none that stands out from chance; many small ones add up." })]));
  const rest = make("details", { class: "live" }, make("summary", { text: `The other ${found.drawn.length - strong.length}` }));
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
  return make("div", { class: "assumption" },
    make("div", {}, make("span", { class: "small", text: `${d.room.replace(/^./, (c) => c.toUpperCase())}: ` }), d.means), strength,
    make("details", {}, make("summary", {}, `${d.status}; range, source`, make("span", { class: "live", text: ", hold it still" })),
      make("p", { class: "small", text: `${range}${d.prior ? `Drawn from ${d.prior}. ` : ""}Unit: ${d.unit}. Allowed: ${d.range[0]} to ${d.range[1]}. ${grounds(d)} Name in files: ${d.name}` }),
      works(d.works),
      d.several ? null : make("div", { class: "field inline live" }, make("label", { for: id, text: "Hold at" }), value, set, free)));
}

/** Where a number comes from, in sentences: its sources, else the reason why it is assumed. */
export const grounds = (d) => [d.source.length ? sentence(`Source: ${d.source.join("; ")}`) : "", d.because ? sentence(d.because) : ""].filter(Boolean).join(" ");

/** Works and owners of figures behind a source, each with its address where there is one. */
export function works(list) {
  if (!list.length) return null;
  const entry = (w) => make("li", { text: w.text }, ...(/^https?:/.test(w.url) ? [" ", make("a", { href: w.url, target: "_blank", rel: "noreferrer noopener", text: new URL(w.url).host })] : []));
  return make("ul", { class: "sources small" }, ...list.map(entry));
}

/** What an outcome is, and the origin of its starting values. */
export function drawOrigin(element, found, outcome) {
  const made = found.made_of.length ? ` Made of: ${found.made_of.join(", ")}.` : "";
  const address = (url) => (/^https?:/.test(url) ? [" ", make("a", { href: url, target: "_blank", rel: "noreferrer noopener", text: new URL(url).host })] : []);
  const rows = found.starts.map((s) => make("li", { text: `${s.who}, ${s.status}: ${s.told}` }, ...address(s.url)));
  element.replaceChildren(
    make("p", { class: "small", text: `${sentence(found.means)} Unit: ${found.unit}.${made} Moved in: ${found.room}. Name in files: ${outcome.name}` }),
    make("p", { class: "small", text: rows.length ? `At the end of ${found.before}, before the first quarter:` : "It has no starting value: it is worked out afresh every quarter." }),
    make("ul", { class: "sources small" }, ...rows));
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
