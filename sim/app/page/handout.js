// The hand-out: one file with everything that is on the page now; it needs neither the program nor the net.

import { $, esc } from "./draw.js";
import { table } from "./charts.js";
import { settingWords } from "./levers.js";
import { documentWords } from "./answer.js";
import { grounds } from "./panels.js";

const copyOf = (id) => {
  const clone = $(id).cloneNode(true);
  clone.querySelectorAll("button.dot").forEach((b) => {
    const span = document.createElement("span");
    span.className = b.className;
    span.title = b.title;
    span.innerHTML = b.innerHTML;
    b.replaceWith(span);
  });
  clone.querySelectorAll("button, input, select, label, .live").forEach((e) => e.remove());
  clone.querySelectorAll("a").forEach((e) => e.replaceWith(e.host === "doi.org" ? "" : e.href.replace(/^https?:../, "")));
  clone.querySelectorAll("details").forEach((e) => { e.open = true; });
  clone.querySelectorAll("[id]").forEach((e) => { if (e.tagName !== "clipPath") e.removeAttribute("id"); });
  return clone.innerHTML;
};

const part = (title, body) => (body.trim() ? `<section class="card"><h3>${esc(title)}</h3>${body}</section>` : "");

const folded = (table) => `<details><summary>As a table</summary>${table}</details>`;

/** Put the file together from what the page shows, and save it. given: page, state, answer, about, copies, against, sides, outcomeOf. */
export async function saveHandout(given) {
  const { state, about, answer, sides } = given;
  ["a", "b"].forEach((c, i) => {
    const chart = answer.charts[i];
    $(`table-${c}`).replaceChildren(table(chart, answer.quarters, given.outcomeOf(chart.outcome, chart.place), sides));
  });
  const names = Object.keys(state.settings).sort();
  const title = (c) => `${$(`title-${c}`).textContent}${state[c].place ? `, ${$(`place-${c}`).selectedOptions[0].textContent}` : ""}`;
  const titles = { a: title("a"), b: title("b"), map: $("map-outcome").selectedOptions[0].textContent };
  const moved = { settings: names.map((n) => settingWords(n, state.settings[n])), levers: about.levers.filter((l) => names.includes(l.name)) };
  save(await handout({ ...given, ...moved, titles, policy: $("policy").selectedOptions[0].textContent }), `balkansim-${state.scenario}.html`);
}

/** The text of the file. */
async function handout(given) {
  const { page, state, settings, answer, about, copies, titles, levers } = given;
  const style = await (await fetch("/style.css")).text();
  const set = settings.length ? `<ul>${settings.map((s) => `<li>${esc(s)}</li>`).join("")}</ul>` : "<p>Nothing beyond the scenario.</p>";
  const forced = page.forced.length ? `<p>The scenario makes happen: ${esc(page.forced.join("; "))}.</p>` : "";
  const sources = [...(page.sources.length ? [`Scenario: ${documentWords(page.sources)}`] : []), ...levers.map((l) => `${l.label}: ${grounds(l) || "a setting, not a measurement"} ${l.works.map((w) => w.text).join(" ")}`)];
  const data = JSON.stringify({ state, answer, model: about.version, data: about.data }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${esc(page.title)}: a hand-out</title>
<style>${style}
body{max-width:70rem;margin:0 auto;padding:1rem}section.card{margin:1rem 0}.chart{min-height:0}.dot{display:grid}.charts section.card{margin:0}.charts,.pair{grid-template-columns:repeat(auto-fit,minmax(24rem,1fr))}[aria-busy]{opacity:1}
@media print{section.card{break-inside:avoid}.card{border:0;padding:0}}</style></head><body>
<h1>${esc(page.title)}</h1><h2>${esc(page.question)}</h2><p>${esc(page.description)}</p>
<p id="verdict">${esc(answer.verdict.sentence)}</p>
<p>${answer.worlds} worlds, seed ${state.seed}, ${esc(page.start)} to ${esc(page.end)}, policy: ${esc(given.policy)}, compared with ${esc(given.against)}.</p>
${part("What was set", set + forced)}
<div class="charts">${["a", "b"].map((c) => part(titles[c], `<p class="small">${esc($(`unit-${c}`).textContent)}</p><div class="chart">${copyOf(`chart-${c}`)}</div>${folded(copyOf(`table-${c}`))}`)).join("")}</div>
<p class="legend">${esc($("legend").textContent)}</p>
${part("A hundred worlds", `<p class="small">${esc($("dots-words").textContent)}</p>${copyOf("dots")}${copyOf("by-state")}`)}
${$("map-card").hidden ? "" : part(`Map: ${titles.map}`, `<div class="map">${copyOf("map")}</div><p class="scale">${copyOf("scale")}</p><p class="small">${esc($("map-card").querySelector("p:last-of-type").textContent)}</p>`)}
${part("Causes", copyOf("causes"))}
${part("One world and its twin", $("twin").querySelector("svg") ? copyOf("twin") : "")}
${part("Assumptions", copyOf("assumptions"))}
${part("Where this comes from", `<ul>${sources.map((s) => `<li>${esc(s)}</li>`).join("") || "<li>The scenario names no source.</li>"}</ul><p class="small">Model ${esc(about.version)}, data ${esc(about.data)}.</p>`)}
${part("Make it again", `<h4>Commands</h4><pre>${esc(copies.command)}</pre><h4>Scenario file</h4><pre>${esc(copies.yaml)}</pre><h4>Notebook cell</h4><pre>${esc(copies.notebook)}</pre>`)}
<p class="small">Possible worlds of a model, not a forecast. The numbers drawn are in this file as JSON.</p>
<script type="application/json" id="data">${data}</script></body></html>`;
}

function save(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/html" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
