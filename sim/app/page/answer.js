// An answer in words, and on its way.

import { sideWords } from "./dots.js";
import { sentence } from "./draw.js";

/** The first years of a new answer, followed by the old one where both draw the same, so that the picture grows over it. */
export function continued(answer, old) {
  const alike = (chart, other) => other && chart.outcome === other.outcome && chart.place === other.place && other.series[0].now.length === answer.quarters.length;
  const charts = answer.charts.map((chart, i) => {
    const other = old?.charts[i];
    const played = chart.series[0].now.length;
    if (!alike(chart, other)) return { ...chart, played };
    return { ...chart, played, series: chart.series.map((s, j) => ({ ...s, now: [...s.now, ...other.series[j].now.slice(played)] })) };
  });
  return { ...answer, charts };
}

/** The way from one answer to another, a share of it. */
export function morphed(a, b, share) {
  const mix = (x, y) => x.map((q, i) => q.map((v, k) => v + (y[i][k] - v) * share));
  return { ...b, charts: b.charts.map((c, i) => ({ ...c, series: c.series.map((s, j) => ({ ...s, now: mix(a.charts[i].series[j].now, s.now) })) })) };
}

/** What the answer says, and how it was counted. */
export function verdictWords(answer, { differs, page, against }) {
  const lead = differs ? answer.verdict.sentence : `This is ${page.name} as it stands. Move a lever, and ${answer.worlds} worlds answer.`;
  return [lead, `From ${answer.worlds} worlds, each compared with itself in ${against}, at the end of ${answer.quarters.at(-1)}.`];
}

/** What an outcome is, in short, its unit, and which way is better. */
export function outcomeWords(outcome) {
  const better = { higher: "; higher is better", lower: "; lower is better", none: "" }[outcome.better];
  const means = outcome.labels.length ? "" : `${sentence(/^(?:\([^)]*\)|[^;:(])*/.exec(outcome.means)[0])} `;
  return `${means}Unit: ${outcome.type === "bool" ? "share of worlds" : outcome.unit}${better}.`;
}

/** Lines of documents, each document named once: ["essay 12", "essay 14"] is essay 12, 14. */
export function documentWords(sources) {
  const lines = new Map();
  for (const source of sources) {
    const [, document, line] = /^(.*?)\s+(\d[\d, -]*)$/.exec(source) ?? [null, source, ""];
    lines.set(document, [...(lines.get(document) ?? []), line].filter(Boolean));
  }
  const told = [...lines].map(([document, numbers]) => (numbers.length ? `${document}, line${numbers.length > 1 ? "s" : ""} ${numbers.join(", ")}` : document));
  return told.length ? sentence(`Rests on ${told.join("; ")}`) : "";
}

export function countWords(answer) {
  const w = sideWords(answer.verdict);
  return `Each mark is one of the ${answer.worlds} worlds, picked evenly from ${w.best} to ${w.worst}: ▲ ${w.better}, ▼ ${w.worse}, ○ the same. Choose one to see its story.`;
}

export const legendWords = (blind, against) => (blind ? "Dashed: the middle world before your change."
  : `Line: the middle world. Dark band: half of all worlds. Light band: 90 of 100. Dashed: ${against}, middle world; dotted: its 90 of 100. Yes/no outcomes: the share of worlds.`);
