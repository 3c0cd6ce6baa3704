// What the reader may do next with a lever: those questions are asked before the hand moves, so that the answer is there when it does.

const MOST = 3;
const THUMB = 16; // width of a slider's thumb in pixels: its middle travels that much less than the track

/** [lever, value] of the next moves of an input, the likeliest first; `towards` is 1 or -1, the direction of the last move. */
export function nextMoves(input, towards = 1, pointer = null) {
  const name = input.dataset.name;
  if (!name) return [];
  if (input.type === "range") return (pointer ? [under(input, pointer)] : [towards, -towards].map((d) => stepped(input, Number(input.value) + d * input.step)))
    .filter((v) => v !== Number(input.value)).map((v) => [name, v]);
  if (input.tagName === "SELECT") return options(input).map((v) => [name, v]);
  if (input.type === "checkbox") return [[name, toggled(input)]];
  return [];
}

/** The value a slider takes when it is pressed here. */
function under(input, pointer) {
  const box = input.getBoundingClientRect();
  const share = (pointer.clientX - box.left - THUMB / 2) / (box.width - THUMB);
  return stepped(input, Number(input.min) + share * (input.max - input.min));
}

function stepped(input, value) {
  const [low, high, step] = [Number(input.min), Number(input.max), Number(input.step)];
  const rounded = low + Math.round((value - low) / step) * step;
  return Number(Math.max(low, Math.min(high, rounded)).toFixed(6));
}

/** The other options, the next ones first. */
function options(select) {
  const all = [...select.options].map((o) => o.value);
  const at = select.selectedIndex;
  return [...all.slice(at + 1), ...all.slice(0, at).reverse()].slice(0, MOST);
}

/** What a box would say if it were ticked or cleared: a list where it is one of several. */
function toggled(check) {
  const field = check.closest("fieldset");
  if (!field) return !check.checked;
  return [...field.querySelectorAll("input")].filter((c) => (c === check ? !c.checked : c.checked)).map((c) => c.value);
}

/** Call `expect(moves)` when the reader rests on an input of this element: with the keyboard, or with the pointer above it. */
export function watch(element, expect) {
  element.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) expect(nextMoves(event.target)); });
  let last = "";
  element.addEventListener("pointerleave", () => expect([]));
  element.addEventListener("pointermove", (event) => {
    const input = event.target.closest("label")?.control ?? event.target;
    if (event.buttons || event.pointerType === "touch") return;
    const moves = nextMoves(input, 1, event);
    const told = JSON.stringify(moves);
    if (told !== last && moves.length) expect(moves);
    last = told;
  });
}
