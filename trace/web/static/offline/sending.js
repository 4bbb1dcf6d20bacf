// Sends what waits, in the order it was saved, each under its own id: the server does each once, however
// often it comes.
import { PHOTOS, WAITING, all, drop, get, put } from "./store.js";

const PATIENCE_MS = 10_000;
const PHOTO_PATIENCE_MS = 120_000; // 300 KB at 2.5 KB a second
const KEPT_MS = 24 * 3_600_000; // how long what was sent stays on the list
const LONGEST_WAIT_MS = 300_000;
export const LIST = "/htx/chua-gui";
const PHOTO = "/htx/anh";
export const account = () => document.body.dataset.account ?? "";

// Given up after so long, or as soon as the network is gone: what hangs in it would keep all else from being sent.
function within(ms) {
  const giving = new AbortController();
  const up = () => giving.abort();
  setTimeout(up, ms);
  window.addEventListener("offline", up, { once: true });
  return giving.signal;
}

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

// One at a time on the device, so that two open pages do not both send. What is done before holds nobody else's
// news against them: it happens while nobody sends.
export function sendAll(before = () => {}) {
  const each = async () => (await before(), sendEach());
  if (!("locks" in navigator)) return each();
  return navigator.locks.request("nongsan-sending", { ifAvailable: true }, (lock) => lock && each());
}

// Sent by hand: no photo waits for its turn any more, and a refused one is tried once more.
export const sendNow = () => sendAll(async () => {
  const late = (one) => one.state !== "draft" && (one.state !== "waiting" || one.nextAt > Date.now());
  for (const one of (await all(PHOTOS)).filter(late)) await note(one, { state: "waiting", nextAt: 0 });
});

async function sendEach() {
  await forgetOld();
  const [first] = [...(await waits(WAITING)), ...(await waitingPhotos())];
  if (!first) return;
  let given;
  try {
    given = await leave();
  } catch {
    return later(first);
  }
  localStorage.setItem("nongsan-clock", String(given.behind ?? 0));
  if (await sendForms(given)) await sendPhotos(given);
}

const waits = async (store) => (await all(store)).filter((one) => one.state === "waiting");

// Whether the network and the server answered.
async function sendForms(given) {
  for (const one of await waits(WAITING)) {
    if (one.account !== given.account) await note(one, { needs: whose(given) });
    else if (!(await send(one, given.mark))) return false;
  }
  return true;
}

const whose = (given) => (given.account ? "other" : "sign-in");

// Photos of forms that do not wait themselves.
export async function waitingPhotos() {
  const standing = new Set((await all(WAITING)).filter((one) => one.state !== "sent").map((one) => one.id));
  return (await waits(PHOTOS)).filter((one) => !standing.has(one.of) && (one.nextAt ?? 0) <= Date.now());
}

// One after another, and forms that were written meanwhile before each.
async function sendPhotos(given) {
  for (const one of await waitingPhotos()) {
    if (!(await sendForms(given))) return;
    if (one.account !== given.account) await note(one, { needs: whose(given) });
    else if (!(await send(one, given.mark))) return;
  }
}

// Whether the next may be tried: not where the network or the server gave no answer.
async function send(record, mark) {
  let answer;
  try {
    answer = await fetch(record.bytes ? PHOTO : record.action, {
      method: "POST",
      headers: { "X-Queued": "1", Accept: "text/html" },
      body: filled(record, mark),
      signal: within(record.bytes ? PHOTO_PATIENCE_MS : PATIENCE_MS * 4),
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

function filled(record, mark) {
  const form = new FormData();
  for (const [name, value] of record.fields ?? [["of", record.of], ["request_id", record.id]]) form.append(name, value);
  if (record.bytes) form.append("image", new Blob([record.bytes], { type: "image/jpeg" }), "anh.jpg");
  form.set("csrf_token", mark);
  return form;
}

const storeOf = (record) => (record.bytes ? PHOTOS : WAITING);

// A record that a person took back meanwhile stays gone.
async function note(record, news) {
  const store = storeOf(record);
  if (await get(store, record.id)) await put(store, { ...record, needs: "", ...news });
}

// A photo that was sent makes room.
const sent = (record, to) =>
  record.bytes ? drop(PHOTOS, record.id) : note(record, { state: "sent", to, sentAt: Date.now(), fields: [] });

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
