// The two large charts: a fan, or six small ones on one axis. Each shows the answer and, dashed, what it is compared with.

import { apart, esc, line, make, tick, ticks, written, year } from "./draw.js";

const MARGIN = { top: 12, bottom: 24, left: 46 };
const SHORT = { "Bosnia and Herzegovina": ["Bosnia-Herzegovina", "Bosnia-Herz."], "North Macedonia": ["North Macedonia", "N. Macedonia"] };

/** A state's name in the room that a small chart has. */
const titled = (label, wide) => (wide >= 200 ? label : SHORT[label]?.[wide < 150 ? 1 : 0] ?? label);
const spans = new Map(); // what each chart's axis has shown, so that it does not jump while a lever moves

/** The lowest and highest value to show; grows with the data, starts anew for another outcome. */
function extent(key, chart, outcome, hidden) {
  const shown = chart.series.flatMap((s) => (hidden ? s.before : [...s.now, ...s.before]));
  let low = Math.min(...shown.map((q) => q[0]));
  let high = Math.max(...shown.map((q) => q[4]));
  const [floor, ceiling] = outcome.range;
  const least = (ceiling - floor) * 0.12;
  if (high - low < least) [low, high] = [(low + high - least) / 2, (low + high + least) / 2];
  if (outcome.labels.length) [low, high] = [Math.floor(low) - 1, Math.ceil(high) + 1]; // the steps beside it, for comparison
  const room = (high - low) * (hidden ? 0.5 : 0.08);
  low = Math.max(floor, low - room);
  high = Math.min(ceiling, high + room);
  const name = `${key}:${chart.outcome}:${chart.place}:${chart.scope}:${hidden}`;
  const known = spans.get(key);
  const span = known && known.name === name ? [Math.min(known.span[0], low), Math.max(known.span[1], high)] : [low, high];
  spans.set(key, { name, span });
  return span;
}

export function scales(box, span, count) {
  const x = (i) => box.left + (i / Math.max(1, count - 1)) * (box.right - box.left);
  const y = (v) => box.bottom - ((v - span[0]) / (span[1] - span[0])) * (box.bottom - box.top);
  return { x, y, value: (py) => span[0] + ((box.bottom - py) / (box.bottom - box.top)) * (span[1] - span[0]),
    index: (px) => Math.round(((px - box.left) / (box.right - box.left)) * (count - 1)) };
}

const ring = (quantiles, a, b, s) => `${line(quantiles.map((q, i) => [s.x(i), s.y(q[a])]))}L${line(quantiles.map((q, i) => [s.x(i), s.y(q[b])]).reverse()).slice(1)}Z`;

function axes(box, s, span, quarters, outcome, label, few) {
  const named = outcome.labels.length ? outcome.labels.map((_, i) => i).filter((i) => i >= span[0] && i <= span[1]) : ticks(...span, few ? 3 : 5);
  const rows = named.map((v) => {
    const text = outcome.labels.length ? outcome.labels[v] : outcome.type === "bool" ? `${Math.round(100 * v)} %` : tick(v, named[1] - named[0] || 1);
    return `<line class="grid" x1="${box.left}" x2="${box.right}" y1="${s.y(v)}" y2="${s.y(v)}"/>` +
      (label ? `<text x="${box.left - 6}" y="${s.y(v) + 4}" text-anchor="end">${esc(text)}</text>` : "");
  });
  const starts = quarters.map((q, i) => [q, i]).filter(([q]) => q.endsWith("Q1"));
  const least = starts.length / ((box.right - box.left) / (few ? 46 : 52));
  const every = [1, 2, 5, 10, 20, 40].find((n) => n >= least);
  const columns = starts.filter((_, k) => k % every === 0).map(([q, i]) => {
    const late = few && box.right - s.x(i) < 12;
    return `<text x="${late ? box.right : s.x(i)}" y="${box.bottom + 17}" text-anchor="${i === 0 ? "start" : late ? "end" : "middle"}">${few ? `’${q.slice(2, 4)}` : year(q)}</text>`;
  });
  return rows.join("") + columns.join("");
}

const bands = (quantiles, s) => `<path class="b90" d="${ring(quantiles, 0, 4, s)}"/><path class="b50" d="${ring(quantiles, 1, 3, s)}"/>`;
const through = (cls, quantiles, k, s) => `<path class="${cls}" d="${line(quantiles.map((q, i) => [s.x(i), s.y(q[k])]))}"/>`;

/** One fan over its ghost. Where only the first `played` quarters are new, those after them, of the answer before, are pale. */
function body(series, s, hidden, played = series.now.length) {
  const ghost = series.before;
  const edges = [0, 4].map((k) => through("ghost-edge", ghost, k, s)).join("");
  const middle = through("ghost", ghost, 2, s);
  if (hidden) return edges + middle;
  const [fresh, old] = [series.now.slice(0, played), series.now.slice(played - 1)];
  const later = { ...s, x: (i) => s.x(i + played - 1) };
  const pale = old.length > 1 ? `<g class="old">${bands(old, later)}${through("median", old, 2, later)}</g>` : "";
  return pale + bands(fresh, s) + edges + through("median", fresh, 2, s) + middle;
}

/** Direct labels beside the right end: what the line, its ghost and the reader's own curve are called, kept apart. */
function labels(series, s, box, { hidden, guess, sides }) {
  const named = [[series.before.at(-1)[2], sides.before, "was"]];
  if (!hidden) named.push([series.now.at(-1)[2], sides.now, "now"]);
  if (guess) named.push([guess.at(-1), "your curve", "mine"]);
  const wanted = named.filter(([, words]) => words);
  const places = apart(wanted.map(([value]) => s.y(value)), 16);
  return wanted.map(([, words, kind], i) => `<text class="${kind}" x="${box.right + 5}" y="${places[i] + 4}">${esc(words)}</text>`).join("");
}

/**
 * Draw a chart into an element. options: outcome (its description), quarters, key, hidden (predict first), guess (values or null),
 * sides (what the line and its ghost are called).
 */
export function drawChart(element, chart, options) {
  const { outcome, quarters, key, hidden, guess, sides } = options;
  const width = Math.max(280, element.clientWidth || 600);
  const span = extent(key, chart, outcome, hidden);
  const many = chart.series.length > 1;
  const left = outcome.labels.length ? 118 : MARGIN.left;
  const columns = width < 460 ? 2 : 3;
  const rows = many ? Math.ceil(chart.series.length / columns) : 1;
  const height = many ? rows * (width < 460 ? 150 : 178) + 8 : width < 420 ? 280 : 364;
  const wide = many ? (width - left) / columns : width;
  const beside = 16 + 6.8 * Math.max(...Object.values(sides).map((words) => words.length), guess ? 10 : 0);
  const boxes = chart.series.map((_, i) => many
    ? { left: left + (i % columns) * wide + 2, right: left + (i % columns + 1) * wide - 12,
        top: Math.floor(i / columns) * (height / rows) + 24, bottom: (Math.floor(i / columns) + 1) * (height / rows) - 24 }
    : { left, right: width - beside, top: MARGIN.top, bottom: height - MARGIN.bottom });
  const parts = chart.series.map((series, i) => {
    const box = boxes[i];
    const s = scales(box, span, quarters.length);
    const title = many ? `<text class="strong" x="${box.left}" y="${box.top - 8}">${esc(titled(series.label, wide))}</text>` : "";
    const own = guess && !many ? `<path class="guess" d="${line(guess.map((v, q) => [s.x(q), s.y(v)]))}"/>` : "";
    return axes(box, s, span, quarters, outcome, !many || i % columns === 0, many) + body(series, s, hidden, chart.played) + own + title +
      (many || chart.played ? "" : labels(series, s, box, options));
  });
  const words = described(chart, outcome, quarters, hidden, sides);
  element.innerHTML = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${esc(words)}">${parts.join("")}</svg>`;
  element.drawn = { boxes, span, chart, quarters, outcome, width, height, hidden, sides };
}

/** A chart in a sentence, for those who do not see it. */
function described(chart, outcome, quarters, hidden, sides) {
  if (chart.played) return `${outcome.label}, being played: as far as ${quarters[chart.played - 1]}.`;
  const end = quarters.length - 1;
  const told = chart.series.map((s) => {
    const now = hidden ? "hidden" : `${written(s.now[end][2])} (90 in 100 worlds: ${written(s.now[end][0])} to ${written(s.now[end][4])})`;
    return `${s.label}: ${now}, ${sides.before || "before"} ${written(s.before[end][2])}`;
  });
  return `${outcome.label} at the end of ${quarters[end]}, the middle world. ${told.join("; ")}.`;
}

/** The same chart as a table, one row per year's end. */
export function table(chart, quarters, outcome, sides) {
  const head = make("tr", {}, ...["Quarter", "Place", "5 %", "Middle", "95 %", `Middle, ${sides.before || "compared"}`].map((t) => make("th", { scope: "col", text: t })));
  const rows = quarters.flatMap((q, i) => (q.endsWith("Q4") ? chart.series.map((s) => make("tr", {},
    make("th", { scope: "row", text: q }), make("td", { text: s.label }),
    ...[s.now[i][0], s.now[i][2], s.now[i][4], s.before[i][2]].map((v) => make("td", { text: written(v, 0.1) })))) : []));
  const caption = make("caption", { class: "hidden", text: `${outcome.label}, unit: ${outcome.unit}` });
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows)));
}

/** Show the values under the pointer. */
export function readable(element) {
  const reading = make("div", { class: "reading", "aria-hidden": "true", hidden: true });
  const hide = () => { reading.hidden = true; };
  element.addEventListener("pointerleave", hide);
  element.addEventListener("pointermove", (event) => {
    const d = element.drawn;
    const svg = element.querySelector("svg");
    if (!d || !svg || d.hidden || d.chart.played) return hide();
    const frame = svg.getBoundingClientRect();
    const [px, py] = [((event.clientX - frame.left) / frame.width) * d.width, ((event.clientY - frame.top) / frame.height) * d.height];
    const at = d.boxes.findIndex((b) => px >= b.left && px <= b.right && py >= b.top - 20 && py <= b.bottom + 20);
    if (at < 0) return hide();
    const i = Math.max(0, Math.min(d.quarters.length - 1, scales(d.boxes[at], d.span, d.quarters.length).index(px)));
    const [now, before] = [d.chart.series[at].now[i], d.chart.series[at].before[i]];
    const v = (n) => written(n, Math.min(1, d.span[1] - d.span[0]));
    reading.textContent = d.outcome.type === "bool" ? `${d.quarters[i]}\n${v(now[2] * 100)} in 100 worlds\n${d.sides.before || "compared"}: ${v(before[2] * 100)}`
      : `${d.quarters[i]}\nmiddle ${v(now[2])}\n90 in 100: ${v(now[0])} to ${v(now[4])}\n${d.sides.before || "compared"}: ${v(before[2])}`;
    reading.hidden = false;
    element.append(reading);
    const x = event.clientX - frame.left;
    reading.style.left = `${x > frame.width / 2 ? x - reading.offsetWidth - 12 : x + 12}px`;
    reading.style.top = `${Math.max(0, event.clientY - frame.top - 20)}px`;
    return undefined;
  });
}
