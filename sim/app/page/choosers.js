// The lists to choose from: scenarios, outcomes, places.

import { $, make } from "./draw.js";

export const option = (value, text) => make("option", { value, text });

/** Fill them once; `onoutcome(chart, outcome, place)` (place undefined: as it is) and `onplace(chart, place)` are called on a choice. */
export function fillChoosers(about, onoutcome, onplace) {
  $("scenario").append(...about.scenarios.map((s) => option(s.name, s.title)));
  const places = [["six", "the six, side by side"], ["mean", "the six, mean"], ...about.states.map((s) => [s.code, s.name])];
  for (const chart of ["a", "b"]) {
    $(`outcome-${chart}`).append(group("Of the six states", about.state_outcomes, "s:"), group("Of the region and the West", about.region_outcomes, "r:"));
    $(`place-${chart}`).append(...places.map((p) => option(...p)));
    $(`outcome-${chart}`).addEventListener("change", (event) => {
      const [kind, name] = [event.target.value.slice(0, 1), event.target.value.slice(2)];
      onoutcome(chart, name, kind === "r" ? "" : undefined);
    });
    $(`place-${chart}`).addEventListener("change", (event) => onplace(chart, event.target.value));
  }
  $("map-outcome").append(...about.state_outcomes.map((o) => option(o.name, o.label)));
  [$("worlds").min, $("worlds").max] = [about.limits.fewest, about.limits.most];
}

function group(label, outcomes, prefix) {
  const found = make("optgroup", { label });
  found.append(...outcomes.map((o) => option(prefix + o.name, o.label)));
  return found;
}
