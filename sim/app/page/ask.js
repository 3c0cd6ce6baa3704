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

let flying = null;
let waiting = null;

/** Ask for an answer; `show(answer, question)` is called for the first worlds and again for all, `failed(message)` instead. */
export function ask(question, show, failed) {
  waiting = { question, show, failed };
  if (!flying) next();
  else if (flying.seen) flying.abort.abort();
}

async function next() {
  const { question, show, failed } = waiting;
  waiting = null;
  flying = { abort: new AbortController(), seen: false };
  try {
    const reply = await post("/api/answer", question, flying.abort.signal);
    for await (const answer of lines(reply)) {
      if (answer.superseded) break;
      if (answer.error) throw new Error(answer.error);
      show(answer, question);
      flying.seen = true;
      if (waiting) flying.abort.abort();
    }
  } catch (error) {
    if (error.name !== "AbortError") failed(error instanceof TypeError ? "The program does not answer. Is it still running in the terminal?" : error.message);
  }
  flying = null;
  if (waiting) next();
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
