// Sends what waits, in the order it was saved, each under its own id: the server does each once, however
// often it comes.
import { WAITING, all, drop, get, put } from "./store.js";

const PATIENCE_MS = 10_000;
const KEPT_MS = 24 * 3_600_000; // how long what was sent stays on the list
const LONGEST_WAIT_MS = 300_000;
// Not every browser in use has it; without, a request waits as long as the network does.
const within = (ms) => AbortSignal.timeout?.(ms);
export const LIST = "/htx/chua-gui";
export const account = () => document.body.dataset.account ?? "";

// Leave to send: the form's mark of this session, who is signed in, and the server's clock.
export async function leave() {
  if (!navigator.onLine) throw new Error("no network");
  const answer = await fetch(`${LIST}/dau`, {
    headers: { Accept: "application/json" },
    signal: within(PATIENCE_MS),
  });
  if (answer.status === 401 || answer.status === 403) return { account: "" };
  if (!answer.ok) throw new Error(`leave ${answer.status}`);
  const said = await answer.json();
  return { ...said, behind: Math.round((Date.parse(said.now) - Date.now()) / 60_000) };
}

// One at a time on the device, so that two open pages do not both send.
export function sendAll() {
  if (!("locks" in navigator)) return sendEach();
  return navigator.locks.request("nongsan-sending", { ifAvailable: true }, (lock) => lock && sendEach());
}

async function sendEach() {
  await forgetOld();
  const waits = (await all(WAITING)).filter((one) => one.state === "waiting");
  if (!waits.length) return;
  let given;
  try {
    given = await leave();
  } catch {
    return later(waits[0]);
  }
  localStorage.setItem("nongsan-clock", String(given.behind ?? 0));
  for (const one of waits) {
    if (one.account !== given.account) await put(WAITING, { ...one, needs: given.account ? "other" : "sign-in" });
    else if (!(await send(one, given.mark))) return;
  }
}

// Whether the next may be tried: not where the network or the server gave no answer.
async function send(record, mark) {
  let answer;
  try {
    answer = await fetch(record.action, {
      method: "POST",
      headers: { "X-Queued": "1", Accept: "text/html" },
      body: filled(record.fields, mark),
      signal: within(PATIENCE_MS * 4),
    });
  } catch {
    await later(record);
    return false;
  }
  if (answer.status >= 500 || answer.status === 429) {
    await later(record);
    return false;
  }
  if (answer.ok && answer.headers.get("X-Queued") === "done") await sent(record, (await answer.json()).to);
  else await refused(record, await answer.text());
  return true;
}

function filled(fields, mark) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  form.set("csrf_token", mark);
  return form;
}

// A record that a person took back meanwhile stays gone.
async function note(record, news) {
  if (await get(WAITING, record.id)) await put(WAITING, { ...record, needs: "", ...news });
}

const sent = (record, to) => note(record, { state: "sent", to, sentAt: Date.now(), fields: [] });

function later(record) {
  const tries = (record.tries ?? 0) + 1;
  const wait = Math.min(5_000 * 2 ** Math.min(tries, 10), LONGEST_WAIT_MS);
  return note(record, { tries, nextAt: Date.now() + wait });
}

// The refusal in the words of the page that answered.
function refused(record, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const said = [...page.querySelectorAll('main [role="alert"]')];
  const words = (said.length ? said : [page.querySelector("main") ?? page.body]).map(sentences);
  return note(record, { state: "refused", reason: words.join(" ").slice(0, 600) });
}

function sentences(element) {
  const parts = [...element.querySelectorAll("b, p, li, h1")].map((one) => one.textContent.trim());
  return (parts.length ? parts : [element.textContent]).join(" ").replace(/\s+/g, " ").trim();
}

async function forgetOld() {
  const old = (one) => one.state === "sent" && one.sentAt < Date.now() - KEPT_MS;
  for (const one of (await all(WAITING)).filter(old)) await drop(WAITING, one.id);
}
