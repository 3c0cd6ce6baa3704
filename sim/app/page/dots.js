// A hundred worlds, the verdict by state, and the map.

import { change, esc, make, written } from "./draw.js";

const SHAPES = { better: "M8 1 15 14H1Z", worse: "M8 15 1 2H15Z", same: "M8 2.5A5.5 5.5 0 1 0 8 13.5 5.5 5.5 0 1 0 8 2.5Z" };

/** better, worse or same; where no direction is better, higher counts as the first. */
export function side(difference, verdict) {
  if (Math.abs(difference) <= verdict.same_below) return "same";
  return difference > 0 === (verdict.better !== "lower") ? "better" : "worse";
}

export const sideWords = (verdict) => (verdict.better === "none"
  ? { better: "higher", worse: "lower", same: "the same", best: "highest", worst: "lowest" }
  : { better: "better", worse: "worse", same: "the same", best: "best", worst: "worst" });

let current = 0;

/** Dots from best to worst; arrow keys move among them, Enter or a click opens a world. */
export function drawDots(element, answer, chosen, onchoose) {
  const words = sideWords(answer.verdict);
  const ordered = answer.verdict.better === "lower" ? answer.dots : [...answer.dots].reverse();
  current = Math.min(current, ordered.length - 1);
  let grid = element.firstElementChild;
  if (!grid) {
    grid = make("div", { class: "grid10", role: "group", "aria-label": "A hundred worlds; arrow keys move, Enter opens a world" });
    grid.addEventListener("keydown", (event) => walk(event, grid));
    grid.addEventListener("click", (event) => {
      const dot = event.target.closest(".dot");
      if (!dot) return;
      [...grid.children].forEach((d, i) => { if (d === dot) current = i; });
      onchoose(Number(dot.dataset.world));
    });
    element.append(grid);
  }
  while (grid.children.length > ordered.length) grid.lastChild.remove();
  while (grid.children.length < ordered.length) grid.append(blank());
  ordered.forEach(([world, difference], i) => place(grid.children[i], world, difference, side(difference, answer.verdict), words, world === chosen, i === current));
}

function blank() {
  const dot = make("button", { type: "button" });
  dot.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path/></svg>';
  return dot;
}

/** Give a dot its world; what is as before is left alone, so that a hundred of them cost nothing while a lever moves. */
function place(dot, world, difference, kind, words, chosen, reachable) {
  const label = `World ${world}: ${words[kind]}, ${change(difference)}`;
  if (dot.title !== label) {
    dot.title = label;
    dot.setAttribute("aria-label", label);
    dot.dataset.world = world;
  }
  if (dot.dataset.kind !== kind) {
    dot.className = `dot ${kind}`;
    dot.dataset.kind = kind;
    dot.querySelector("path").setAttribute("d", SHAPES[kind]);
  }
  if (dot.getAttribute("aria-pressed") !== String(chosen)) dot.setAttribute("aria-pressed", String(chosen));
  dot.tabIndex = reachable ? 0 : -1;
}

function walk(event, grid) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 20, ArrowUp: -20, Home: -1000, End: 1000 }[event.key];
  if (!step) return;
  event.preventDefault();
  const dots = [...grid.children];
  dots[current].tabIndex = -1;
  current = Math.max(0, Math.min(dots.length - 1, current + step));
  dots[current].tabIndex = 0;
  dots[current].focus();
}

/** For each of the six, in what share of worlds it fares better and worse. */
export function drawByState(element, answer, names) {
  if (!answer.states.length) return element.replaceChildren();
  const lower = answer.verdict.better === "lower";
  const words = sideWords(answer.verdict);
  const head = make("tr", {}, ...["State", "Change", words.better, words.worse].map((t) => make("th", { scope: "col", text: t })), make("td", { class: "bars-head" }));
  const rows = answer.states.map((s) => {
    const [better, worse] = lower ? [s.lower, s.higher] : [s.higher, s.lower];
    const bars = make("div", { class: "bars", "aria-hidden": "true" });
    for (const [kind, share] of [["better", better], ["same", 1 - better - worse], ["worse", worse]]) {
      const part = make("span", { class: kind });
      part.style.width = `${100 * share}%`;
      bars.append(part);
    }
    return make("tr", {}, make("th", { scope: "row", text: names[s.state] }), make("td", { text: change(s.mean) }),
      make("td", { text: Math.round(100 * better) }), make("td", { text: Math.round(100 * worse) }), make("td", { class: "bars-head" }, bars));
  });
  const caption = make("caption", { class: "hidden", text: "By state: mean change at the end, and worlds of a hundred" });
  return element.replaceChildren(make("h4", { text: "State by state, of 100 worlds" }),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "State by state" }, make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows))));
}

const CIVIDIS = [[0, 34, 78], [34, 56, 104], [67, 78, 108], [96, 101, 112], [125, 124, 120], [155, 149, 118], [187, 175, 107], [220, 202, 88], [254, 232, 56]];

function cividis(share) {
  const at = Math.max(0, Math.min(1, share)) * (CIVIDIS.length - 1);
  const i = Math.min(CIVIDIS.length - 2, Math.floor(at));
  return CIVIDIS[i].map((v, k) => Math.round(v + (CIVIDIS[i + 1][k] - v) * (at - i)));
}

const VIEW = { west: 15.3, east: 23.4, south: 39.4, north: 46.4 };
const WIDTH = 560;
const SQUEEZE = Math.cos((43 * Math.PI) / 180);
const SCALE = WIDTH / ((VIEW.east - VIEW.west) * SQUEEZE);
const HEIGHT = (VIEW.north - VIEW.south) * SCALE;
const project = ([lon, lat]) => `${((lon - VIEW.west) * SQUEEZE * SCALE).toFixed(1)} ${((VIEW.north - lat) * SCALE).toFixed(1)}`;
const outline = (feature) => (feature.geometry.type === "Polygon" ? [feature.geometry.coordinates] : feature.geometry.coordinates)
  .map((polygon) => polygon.map((ring) => `M${ring.map(project).join("L")}Z`).join("")).join("");

const SHORT = { BIH: "Bosnia-H.", MKD: "N. Macedonia" };
const frame = `viewBox="0 0 ${WIDTH} ${HEIGHT.toFixed(0)}"`;

/** Outlines and empty labels, drawn once: while a lever moves only colours and numbers change. */
function skeleton(shapes, names) {
  const lands = shapes.features.map((f) => ({ ...f.properties, d: outline(f) }));
  const own = lands.filter((l) => l.of_the_six);
  const paths = lands.filter((l) => !l.of_the_six).map((l) => `<path class="land" d="${l.d}"/>`)
    .concat(own.map((l) => `<path class="state" data-state="${l.code}" d="${l.d}"/>`));
  const labels = own.map((l) => {
    const [x, y] = project(l.label_at).split(" ").map(Number);
    return `<g data-label="${l.code}" text-anchor="middle"><text class="onmap" x="${x}" y="${y - 3}">${esc(SHORT[l.code] ?? names[l.code])}${l.code === "XKX" ? "*" : ""}</text>` +
      `<text class="onmap" x="${x}" y="${y + 12}"></text></g>`;
  });
  return `<svg ${frame} role="img"><defs><clipPath id="frame"><rect width="${WIDTH}" height="${HEIGHT.toFixed(0)}" rx="6"/></clipPath></defs><g clip-path="url(#frame)">${paths.join("")}</g>${labels.join("")}</svg>`;
}

/** A state's value and change as its label says them. */
function label(outcome, value, gap, span) {
  if (outcome.type === "bool") {
    const points = Math.round(100 * gap);
    return `${Math.round(100 * value)} % (${points === 0 ? "0" : (points < 0 ? "−" : "+") + Math.abs(points)})`;
  }
  const [shown, moved] = [outcome.labels.length ? outcome.labels[Math.round(value)] : written(value, Math.min(4, span)), change(gap)];
  return outcome.labels.length && moved === "0" ? shown : `${shown} (${moved})`;
}

/** The six coloured by an outcome, labelled with its value and change; `scale` takes the colours with what their ends mean. */
export function drawMap(element, scale, shapes, map, outcome, names) {
  if (!element.firstElementChild) element.innerHTML = skeleton(shapes, names);
  const svg = element.firstElementChild;
  const [floor, ceiling] = outcome.range;
  const most = Math.max(...Object.values(map.now), ...Object.values(map.before));
  const [low, high] = ceiling <= 1 || most > ceiling / 3 ? [floor, ceiling] : [floor, most * 1.1];
  const told = [];
  for (const [code, value] of Object.entries(map.now)) {
    const rgb = cividis((value - low) / (high - low || 1));
    svg.querySelector(`[data-state="${code}"]`).setAttribute("fill", `rgb(${rgb})`);
    const texts = svg.querySelector(`[data-label="${code}"]`).children;
    texts[1].textContent = label(outcome, value, value - map.before[code], high - low);
    for (const text of texts) text.classList.toggle("pale", rgb[0] * 0.3 + rgb[1] * 0.59 + rgb[2] * 0.11 <= 112);
    told.push(`${names[code]} ${texts[1].textContent}`);
  }
  const end = (value) => (outcome.labels.length ? outcome.labels[Math.round(value)] : outcome.type === "bool" ? `${Math.round(100 * value)} %` : written(value, Math.min(4, high - low)));
  scale.replaceChildren(end(low), make("i"), `${end(high)} (${outcome.type === "bool" ? "share of worlds" : outcome.unit})`);
  svg.setAttribute("aria-label", `${outcome.label} by state, change in brackets: ${told.join("; ")}.`);
}
