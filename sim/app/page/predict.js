// Predict first: the answer stays hidden until the class has drawn its own curve.

import { $, empty, make, written } from "./draw.js";
import { scales } from "./charts.js";

export const predict = { on: false, revealed: false, guess: null };

const hiding = () => predict.on && !predict.revealed;
export const hidden = hiding;

let redraw;
let last = null;
let touched = null; // first and last quarter drawn so far

export function preparePrediction(onredraw) {
  redraw = onredraw;
  const chart = $("chart-a");
  chart.addEventListener("pointerdown", (event) => {
    if (!hiding() || !chart.querySelector("svg")) return;
    chart.setPointerCapture(event.pointerId);
    last = null;
    draw(event);
    event.preventDefault();
  });
  chart.addEventListener("pointermove", (event) => {
    if (hiding() && chart.hasPointerCapture(event.pointerId)) draw(event);
  });
}

export function startPrediction() {
  Object.assign(predict, { on: true, revealed: false, guess: null });
  touched = null;
}

export function stopPrediction() {
  Object.assign(predict, { on: false, revealed: false, guess: null });
  $("guess").hidden = true;
}

/** Set the guess where the pointer is, and between there and where it was. */
function draw(event) {
  const d = $("chart-a").drawn;
  const frame = $("chart-a").querySelector("svg").getBoundingClientRect();
  const s = scales(d.boxes[0], d.span, d.quarters.length);
  const bound = (v, low, high) => Math.max(low, Math.min(high, v));
  const i = bound(s.index(((event.clientX - frame.left) / frame.width) * d.width), 0, d.quarters.length - 1);
  const v = bound(s.value(((event.clientY - frame.top) / frame.height) * d.height), ...d.outcome.range);
  predict.guess ??= d.chart.series[0].before.map((q) => q[2]);
  const [from, value] = last ?? [i, v];
  const steps = Math.max(1, Math.abs(i - from));
  for (let k = 0; k <= steps; k += 1) predict.guess[from + Math.round(((i - from) * k) / steps)] = value + ((v - value) * k) / steps;
  last = [i, v];
  touched = touched ? [Math.min(touched[0], from, i), Math.max(touched[1], from, i)] : [i, i];
  complete(d.chart.series[0].before[0][2]);
  showSliders(d);
  redraw();
}

/** Before what was drawn a straight line from where all start, behind it the last value. */
function complete(start) {
  const [first, end] = touched;
  const curve = predict.guess;
  for (let i = 0; i < first; i += 1) curve[i] = start + ((curve[first] - start) * i) / first;
  for (let i = end + 1; i < curve.length; i += 1) curve[i] = curve[end];
}

/** The panel below the chart: sliders that draw the same curve without a pointer, and the button that reveals. */
export function showGuess() {
  const panel = $("guess");
  panel.hidden = !predict.on;
  if (!predict.on) return;
  const d = $("chart-a").drawn;
  if (!d) return;
  if (predict.revealed) {
    empty(panel).append(make("p", { id: "guess-verdict", role: "status", text: judged(d) }),
      make("button", { type: "button", text: "Draw again", onclick: () => { predict.revealed = false; predict.guess = null; touched = null; redraw(); } }));
    return;
  }
  if (panel.dataset.for === d.chart.outcome + d.chart.place && panel.querySelector("input")) return;
  panel.dataset.for = d.chart.outcome + d.chart.place;
  const anchors = d.quarters.map((q, i) => [q, i]).filter(([q, i]) => (q.endsWith("Q4") && (i + 1) % 8 === 0) || i === d.quarters.length - 1);
  const sliders = anchors.map(([q, i]) => {
    const id = `guess-${q}`;
    const start = d.chart.series[0].before[i][2];
    const input = make("input", { type: "range", id, min: d.span[0], max: d.span[1], step: (d.span[1] - d.span[0]) / 100, value: start, "data-at": i });
    input.addEventListener("input", () => join(d, anchors.map(([, at]) => at)));
    return make("div", { class: "field" }, make("label", { for: id, text: `Your guess for ${q}` }), input);
  });
  empty(panel).append(
    make("p", { text: "Move levers if you like: the answer stays hidden. Draw your curve in the chart with mouse or finger, or with these sliders. Then reveal." }),
    make("div", { class: "sliders" }, ...sliders),
    make("button", { type: "button", id: "reveal", text: "Reveal the answer", onclick: () => { predict.revealed = true; panel.dataset.for = ""; redraw(); } }));
}

const sliderOf = (at) => $("guess").querySelector(`input[data-at="${at}"]`);

function showSliders(d) {
  for (let i = 0; i < d.quarters.length; i += 1) if (sliderOf(i)) sliderOf(i).value = predict.guess[i];
}

/** A curve through the sliders, straight between them, from where the baseline starts. */
function join(d, anchors) {
  const known = [[0, predict.guess?.[0] ?? d.chart.series[0].before[0][2]], ...anchors.map((at) => [at, Number(sliderOf(at).value)])];
  touched = [0, d.quarters.length - 1];
  predict.guess = d.quarters.map((_, i) => {
    const k = known.findIndex(([at]) => at >= i);
    if (k <= 0) return known[0][1];
    const [[a, va], [b, vb]] = [known[k - 1], known[k]];
    return va + ((vb - va) * (i - a)) / (b - a);
  });
  redraw();
}

function judged(d) {
  if (!predict.guess) return "You drew nothing this time. Here is the answer.";
  const fan = d.chart.series[0].now;
  const inside = fan.filter((q, i) => predict.guess[i] >= q[0] && predict.guess[i] <= q[4]).length;
  const off = predict.guess.at(-1) - fan.at(-1)[2];
  const size = written(Math.abs(off), Math.min(1, d.span[1] - d.span[0]));
  const end = Number(size) === 0 ? "right on the middle world" : `${size} ${off > 0 ? "above" : "below"} the middle world`;
  return `Your curve lies within 90 of 100 worlds in ${inside} of ${fan.length} quarters, and ends ${end}.`;
}
