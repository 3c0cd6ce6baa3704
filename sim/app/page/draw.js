// What all pictures share: numbers, scales, escaping.

export const $ = (id) => document.getElementById(id);

export const esc = (text) => String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

/** An element with properties and children; `text` is set as text, never as markup. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((c) => c != null));
  return element;
}

/** A number with as many decimals as the span of its axis deserves. */
export function written(value, span = 1, signed = false) {
  const decimals = span <= 0.2 ? 3 : span <= 4 ? 2 : span <= 40 ? 1 : 0;
  const text = Math.abs(value).toFixed(decimals);
  if (Number(text) === 0) return text;
  return (value < 0 ? "−" : signed ? "+" : "") + text;
}

/** A change, to three significant decimals. */
export function change(value) {
  const size = Math.abs(value);
  const text = size >= 1 ? size.toFixed(2) : size.toFixed(3);
  return Number(text) === 0 ? "0" : (value < 0 ? "−" : "+") + text;
}

/** A tick of an axis whose ticks lie `step` apart, with the decimals that this needs. */
export function tick(value, step) {
  const decimals = (String(Number(step.toPrecision(3))).split(".")[1] ?? "").length;
  return (value < 0 ? "−" : "") + Math.abs(value).toFixed(decimals);
}

/** Round numbers between low and high, about `count` of them. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) found.push(Number(value.toPrecision(10)));
  return found;
}

/** Heights of labels, in their order, moved apart until none is nearer than `least` to the next; each group stays around its middle. */
export function apart(heights, least) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const found = [...heights];
  for (let round = 0; round < 20; round += 1) {
    for (let k = 1; k < order.length; k += 1) {
      const lacks = least - (found[order[k]] - found[order[k - 1]]);
      if (lacks > 0) [found[order[k - 1]], found[order[k]]] = [found[order[k - 1]] - lacks / 2, found[order[k]] + lacks / 2];
    }
  }
  return found;
}

/** A sentence of its own: a capital first, a full stop last. */
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.;\s]+$/, "")}.`;

export const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

export const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export const year = (quarter) => quarter.slice(0, 4);

export function empty(element) {
  element.replaceChildren();
  return element;
}
