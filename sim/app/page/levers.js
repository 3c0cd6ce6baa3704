// The levers: native inputs, built once; their positions follow the state.

import { $, make, sentence } from "./draw.js";
import { grounds, works } from "./panels.js";

let about;
let moved; // called with (name, value or undefined to put it back, whether the move goes on)
const rows = new Map(); // full lever name -> function(value, written) that shows a position

export function buildLevers(description, onmove) {
  [about, moved] = [description, onmove];
  grouped($("main-levers"), about.levers.filter((l) => l.main));
  grouped($("all-levers"), about.levers.filter((l) => !l.main));
  $("find").addEventListener("input", (event) => sift(event.target.value.trim().toLowerCase()));
}

function grouped(place, levers) {
  for (const actor of new Set(levers.map((l) => l.actor))) {
    const group = make("div", { class: "group" }, make("h3", { class: "actor", text: actor }));
    for (const lever of levers.filter((l) => l.actor === actor)) group.append(row(lever));
    place.append(group);
  }
}

function sift(word) {
  for (const group of $("all-levers").children) {
    let any = false;
    for (const lever of group.querySelectorAll(":scope > .lever")) {
      lever.hidden = word !== "" && !lever.dataset.words.includes(word);
      any ||= !lever.hidden;
    }
    group.hidden = !any;
  }
}

function row(lever) {
  const box = make("div", { class: "lever", "data-lever": lever.name, "data-words": `${lever.name} ${lever.label} ${lever.means} ${lever.actor}`.toLowerCase() });
  const put = make("button", { type: "button", class: "icon reset", title: "Put back", "aria-label": `Put back ${lever.actor}: ${lever.label}`, text: "↺", onclick: () => moved(lever.name, undefined) });
  const more = make("button", { type: "button", class: "icon", title: "What is this?", "aria-label": `About ${lever.actor}: ${lever.label}`, "aria-expanded": "false", text: "?" });
  const told = make("div", { class: "told", hidden: true });
  more.addEventListener("click", () => {
    told.hidden = !told.hidden;
    more.setAttribute("aria-expanded", String(!told.hidden));
    if (!told.hasChildNodes()) told.append(...card(lever));
  });
  const build = { number: numbers, choice: choices, flag: flags, list: lists }[lever.kind];
  const note = make("p", { class: "note", hidden: true });
  const show = build(box, lever, lever.name, lever.label, [put, more]);
  box.append(told, note);
  rows.set(lever.name, (value, written, held) => {
    show(value, written);
    box.classList.toggle("moved", held);
    put.hidden = !held;
    note.hidden = held || !written?.note;
    note.textContent = written?.note ? `In this scenario: ${written.note}` : "";
  });
  if (lever.per_state) box.append(byState(lever));
  return box;
}

/** What a lever is, its default and where that comes from. */
function card(lever) {
  const start = typeof lever.default === "object" && !Array.isArray(lever.default) && lever.default !== null
    ? Object.entries(lever.default).map(([s, v]) => `${about.names[s]} ${v}`).join(", ") : [].concat(lever.default).join(", ") || "none";
  return [
    make("p", { text: sentence(lever.means) }),
    make("p", { text: [`Default: ${start}${lever.unit ? ` (${lever.unit})` : ""}${lever.status ? `, ${lever.status}` : ""}.`, grounds(lever)].join(" ") }),
    ...[works(lever.works)].filter(Boolean),
    make("p", { text: `Enters the model in: ${lever.room}. Name in files: ${lever.name}` }),
  ];
}

/** Who holds the lever, for those who do not see the heading above it. */
const whose = (lever) => make("span", { class: "hidden", text: `${lever.actor}: ` });

function numbers(box, lever, name, label, buttons) {
  const id = `l-${name.replaceAll(".", "-")}`;
  const [low, high] = lever.range;
  const step = lever.name === "formats.count" ? 1 : 0.05;
  const range = make("input", { type: "range", id, "data-name": name, min: low, max: high, step });
  const typed = make("input", { type: "number", min: low, max: high, step: "any", "aria-label": `${lever.actor}: ${label}, typed value` });
  const state = name.split(".").length === 3 ? name.split(".")[1] : null;
  const standard = typeof lever.default === "object" ? lever.default[state] : lever.default;
  const mark = (cls) => make("span", { class: cls, "aria-hidden": "true" });
  const [markDefault, markWritten] = [mark("mark"), mark("mark written")];
  const place = (element, value) => {
    element.hidden = value == null || typeof value !== "number";
    if (!element.hidden) element.style.setProperty("--at", (value - low) / (high - low));
  };
  place(markDefault, standard);
  markDefault.title = `Default: ${standard}`;
  range.addEventListener("input", () => moved(name, Number(range.value), true));
  typed.addEventListener("change", () => {
    const value = typed.valueAsNumber;
    if (Number.isFinite(value)) moved(name, Math.max(low, Math.min(high, value)), false);
  });
  box.append(
    make("div", { class: "top" }, make("label", { for: id }, whose(lever), label), typed, ...buttons),
    make("div", { class: "track" }, range, markDefault, markWritten),
    make("div", { class: "ends" }, make("span", { text: low }), make("span", { text: lever.unit }), make("span", { text: high })),
  );
  return (value, written) => {
    const shown = value ?? standard;
    place(markWritten, written && written.value !== standard ? written.value : null);
    const differs = typeof shown !== "number"; // each state has its own
    box.classList.toggle("differs", differs);
    if (differs) {
      const own = Object.values(shown ?? {}).filter((v) => typeof v === "number");
      [typed.value, typed.placeholder] = ["", "varies"];
      if (own.length) range.value = own.reduce((sum, v) => sum + v, 0) / own.length;
      range.setAttribute("aria-valuetext", "differs by state");
      return;
    }
    range.removeAttribute("aria-valuetext");
    if (document.activeElement !== range || Number(range.value) !== shown) range.value = shown;
    typed.value = Number(shown.toPrecision(6));
  };
}

function choices(box, lever, name, label, buttons) {
  const id = `l-${name.replaceAll(".", "-")}`;
  const select = make("select", { id, "data-name": name }, ...lever.values.map(([v, words]) => make("option", { value: v, text: words + (v === lever.default ? " (default)" : "") })));
  select.addEventListener("change", () => moved(name, select.value, false));
  box.append(make("div", { class: "top" }, make("label", { for: id }, whose(lever), label), ...buttons), select);
  return (value) => { select.value = value ?? lever.default; };
}

function flags(box, lever, name, label, buttons) {
  const id = `l-${name.replaceAll(".", "-")}`;
  const check = make("input", { type: "checkbox", id, "data-name": name });
  check.addEventListener("change", () => moved(name, check.checked, false));
  box.append(make("div", { class: "top" }, check, make("label", { for: id }, whose(lever), `${label}${lever.default === true ? " (default: yes)" : ""}`), ...buttons));
  return (value) => { check.checked = value ?? lever.default; };
}

function lists(box, lever, name, label, buttons) {
  const checks = lever.values.map(([v]) => make("input", { type: "checkbox", value: v, "data-name": name }));
  const send = () => moved(name, checks.filter((c) => c.checked).map((c) => c.value), false);
  const field = make("fieldset", { "aria-label": `${lever.actor}: ${label}` }, ...checks.map((c) => make("label", {}, c, about.names[c.value] ?? c.value)));
  checks.forEach((c) => c.addEventListener("change", send));
  box.append(make("div", { class: "top" }, make("span", { class: "name", text: label }), ...buttons), field);
  return (value) => checks.forEach((c) => { c.checked = (value ?? lever.default).includes(c.value); });
}

/** One input per state, behind a fold, for levers that each state has. */
function byState(lever) {
  const fold = make("details", { class: "by-state" }, make("summary", { text: "By state" }));
  for (const { code, name } of about.states) {
    const full = lever.name.replace("states.", `states.${code}.`);
    const box = make("div", {});
    const put = make("button", { type: "button", class: "icon reset", title: "Put back", "aria-label": `Put back ${lever.label}, ${name}`, text: "↺", onclick: () => moved(full, undefined) });
    const show = (lever.kind === "flag" ? flags : numbers)(box, { ...lever, default: lever.default }, full, name, [put]);
    for (const input of box.querySelectorAll("input")) input.setAttribute("aria-label", `${lever.label}, ${name}${input.type === "number" ? ", typed value" : ""}`);
    rows.set(full, (value, written, held) => { show(value, written); put.hidden = !held; });
    fold.append(box);
  }
  return fold;
}

/** Put every input where the settings, else the scenario, else the defaults say. */
export function showLevers(settings, written) {
  for (const [name, show] of rows) {
    const parts = name.split(".");
    const general = parts.length === 3 ? `states.${parts[2]}` : null;
    const own = settings[name] ?? (general ? settings[general] : undefined);
    const all = about.states.map(({ code }) => written[name.replace("states.", `states.${code}.`)]);
    const known = written[name] ?? (name.startsWith("states.") && !general && all.every((w) => w && w.value === all[0].value) ? all[0] : undefined);
    show(own ?? known?.value ?? undefined, known, name in settings);
  }
}

/** Draw the eye to a lever for a moment. */
export function flash(name) {
  const box = document.querySelector(`.lever[data-lever="${CSS.escape(general(name))}"]`);
  box?.classList.add("flash");
  setTimeout(() => box?.classList.remove("flash"), 1800);
}

const general = (name) => (name.split(".").length === 3 && name.startsWith("states.") ? `states.${name.split(".")[2]}` : name);

/** A setting in words. */
export function settingWords(name, value) {
  const lever = about.levers.find((l) => l.name === general(name));
  const who = name !== general(name) ? `, ${about.names[name.split(".")[1]]}` : "";
  const words = Array.isArray(value) ? value.map((v) => about.names[v] ?? v).join(", ") || "none"
    : typeof value === "boolean" ? (value ? "yes" : "no") : lever?.values.find(([v]) => v === value)?.[1] ?? String(value);
  return lever ? `${lever.actor}: ${lever.label}${who} = ${words}` : `${name} = ${words}`;
}

