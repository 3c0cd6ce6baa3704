// Talking to the server. The newest question wins: one is on its way, the latest waits, those between are never sent.

export const client = Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(16).padStart(2, "0")).join("");

export async function get(address) {
  const reply = await fetch(address, { headers: { accept: "application/json" } });
  const data = await reply.json();
  if (!reply.ok) throw new Error(data.error);
  return data;
}

export async function post(address, question, signal) {
  const reply = await fetch(address, { method: "POST", signal, headers: { "content-type": "application/json" }, body: JSON.stringify({ ...question, client }) });
  if (!reply.ok) throw new Error((await reply.json().catch(() => ({}))).error || `The server answered ${reply.status}.`);
  return reply;
}

const MOST_KNOWN = 120;
const known = new Map(); // whole answers by question, the latest ones

export const key = (question) => JSON.stringify(question);

/** The whole answer to a question if it was given before. */
export function recall(question) {
  const name = key(question);
  const answer = known.get(name);
  if (answer) remember(name, answer);
  return answer;
}

function remember(name, answer) {
  known.delete(name);
  known.set(name, answer);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
}

const RESTLESS = 400; // milliseconds

let flying = null; // the question on its way
let waiting = null; // the one to be asked after it
let began = 0; // when the hand began to move: while nothing was asked, a lever was

/**
 * Ask for an answer; `show(answer, question)` is called for the first years, for more of them and for the whole, `failed(message)` instead.
 *
 * A newer question cuts the older one short, so that a burst of keys is answered as fast as its last one. Where the hand goes on moving
 * the question on its way is let come home first, so that a long drag shows something.
 */
export function ask(question, show, failed) {
  hush();
  const answer = recall(question);
  waiting = answer ? null : { question, show, failed };
  if (!flying) began = performance.now();
  else if (answer || performance.now() - began < RESTLESS) flying.abort();
  if (answer) show(answer, question);
  else if (!flying) next();
}

async function next() {
  const { question, show, failed } = waiting;
  waiting = null;
  const abort = new AbortController();
  flying = abort;
  let trouble = "The program does not answer. Is it still running in the terminal?";
  try {
    const reply = await post("/api/answer", question, abort.signal);
    trouble = "The answer broke off. The terminal where the page was started says why.";
    for await (const answer of lines(reply)) {
      if (answer.superseded || abort.signal.aborted) break;
      if (answer.error) throw new Error(answer.error);
      if (answer.whole) remember(key(question), answer);
      show(answer, question);
    }
  } catch (error) {
    if (error.name !== "AbortError") failed(error instanceof TypeError ? trouble : error.message);
  }
  flying = null;
  if (waiting) next();
}

let rest; // until the reader has rested
let foresight = null;

/** Have the answers to these questions ready, two at a time, once nothing else is asked for a moment. */
export function foresee(questions) {
  hush();
  rest = setTimeout(() => {
    foresight = new AbortController();
    const left = questions.filter((q) => !recall(q));
    for (let lane = 0; lane < 2; lane += 1) guess(left, foresight.signal);
  }, 60);
}

async function guess(left, signal) {
  while (left.length && !signal.aborted && !flying) {
    const question = left.shift();
    try {
      const reply = await post("/api/ahead", question, signal);
      if (reply.status === 200) remember(key(question), await reply.json());
    } catch {
      return; // it was only a guess
    }
  }
}

function hush() {
  clearTimeout(rest);
  foresight?.abort();
}

async function* lines(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      yield JSON.parse(rest.slice(0, end));
      rest = rest.slice(end + 1);
    }
  }
}

const running = new Map();

/** A detail beside the picture: an older question of the same kind is given up. Returns null where a newer one came. */
export async function detail(kind, question) {
  running.get(kind)?.abort();
  const abort = new AbortController();
  running.set(kind, abort);
  try {
    const reply = await post(`/api/${kind}`, question, abort.signal);
    const data = await reply.json();
    return data.superseded ? null : data;
  } catch (error) {
    if (error.name === "AbortError") return null;
    throw error;
  }
}
