// Forms that may be filled without a network: what is sent is first kept on the device, then sent from there.
import { DRAFTS, WAITING, drop, get, put, putAll } from "./store.js";
import { LIST, account, leave, sendAll } from "./sending.js";
import { attach } from "./photos.js";

const DRAFT_MS = 500;
const AT_ONCE_MS = 8_000; // whoever waits longer is shown the list, where it goes on
const DRAFT_LIVES_MS = 24 * 3_600_000;
const OWN = ["csrf_token", "request_id"];
const AGAIN = "nongsan-again"; // the id of a form whose refusal the next page shows

const mark = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
const named = (form) => [...form.elements].filter((one) => one.name && !OWN.includes(one.name));

function isAnswered(one) {
  if (one.type === "radio" || one.type === "checkbox") return one.checked !== one.defaultChecked;
  if (one.tagName === "SELECT") return one.selectedIndex !== Math.max(0, [...one.options].findIndex((each) => each.defaultSelected));
  return one.type !== "hidden" && one.value !== one.defaultValue;
}

export function keep(form) {
  const draft = drafting(form);
  let isTouched = named(form).some(isAnswered); // somebody was quicker than this file came
  form.elements.request_id.value = markOf(form);
  const photos = attach(form, mark);
  form.addEventListener("input", () => (isTouched = true) && draft.soon());
  form.addEventListener("submit", (happened) => draft.end() || saved(form, happened, photos));
  window.addEventListener("pageshow", (shown) => shown.persisted && (form.elements.request_id.value = mark()));
  return refill(form, () => isTouched, photos);
}

// A refused form is the same one once more: its photos are on the device under its id, and no act was done by it.
function markOf(form) {
  const before = form.querySelector('[role="alert"]') ? sessionStorage.getItem(AGAIN) : null;
  sessionStorage.removeItem(AGAIN);
  return before ?? mark();
}

// What is to be mended, or was begun and left: unless somebody is quicker and types.
async function refill(form, isTouched, photos) {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("sua");
  const before = wanted ? await get(WAITING, wanted) : null;
  if (before) form.elements.request_id.value = before.id;
  if (before) photos.redraw?.();
  if (before && !isTouched()) fill(form, before.fields);
  else if (!before && !form.querySelector('[role="alert"]')) await reopen(form, isTouched, photos);
}

async function saved(form, happened, photos) {
  happened.preventDefault();
  const button = happened.submitter;
  if (button) button.disabled = true;
  // A form that shows something before it does it says by data-alone what it sends where nobody can be shown.
  if ("alone" in form.dataset && (await mayAsk())) return natively(form, button);
  const record = described(form, button);
  try {
    await putAll([[WAITING, record], ...(await photos.handed(record))]);
  } catch {
    await photos.giveBack();
    return natively(form, button); // no room on the device: as if this file were not there
  }
  await drop(DRAFTS, location.pathname);
  if (!(await sentAtOnce(form, record, button, photos))) location.assign(`${LIST}#${record.id}`);
}

async function mayAsk() {
  try {
    return (await leave()).account === account();
  } catch {
    return false;
  }
}

// Whether it was sent from here, after all that was written before it, or is being answered by the server's
// own page.
async function sentAtOnce(form, record, button, photos) {
  await Promise.race([sendAll(), answeredFor(record), new Promise((done) => setTimeout(done, AT_ONCE_MS))]);
  const after = await get(WAITING, record.id);
  if (after?.state === "waiting") return false;
  if (after?.state !== "sent") await photos.holdBack();
  await drop(WAITING, record.id);
  if (after?.state === "sent") location.assign(after.to);
  else await answered(form, button);
  return true;
}

// Resolves as soon as the record waits no more: its photos need not be sent for that.
function answeredFor(record) {
  return new Promise((done) => {
    const look = async () => {
      if ((await get(WAITING, record.id))?.state === "waiting") return;
      window.removeEventListener("waiting", look);
      done();
    };
    window.addEventListener("waiting", look);
  });
}

async function answered(form, button) {
  form.elements.csrf_token.value = (await leave().catch(() => null))?.mark ?? form.elements.csrf_token.value;
  sessionStorage.setItem(AGAIN, form.elements.request_id.value);
  natively(form, button);
}

function natively(form, button) {
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  form.submit();
}

function described(form, button) {
  const all = [...new FormData(form, button?.name ? button : null)];
  const alone = [...new URLSearchParams(form.dataset.alone ?? "")];
  const fields = dated([...all.filter(([name]) => name !== "csrf_token"), ...alone]);
  return {
    id: form.elements.request_id.value,
    account: account(),
    savedAt: Date.now(),
    page: location.pathname,
    action: form.action,
    title: document.querySelector("h1")?.textContent.trim() ?? document.title,
    words: summary(form, fields),
    fields,
    state: "waiting",
  };
}

const day = (at) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh" }).format(at);

// "Today" is the day it was said, not the day it is sent.
function dated(fields, at = Date.now()) {
  const when = fields.find(([name]) => name === "when")?.[1];
  const back = { today: 0, yesterday: 1 }[when];
  if (back === undefined) return fields;
  const told = { when: "other", other_day: day(at - back * 86_400_000) };
  return fields.map(([name, value]) => [name, told[name] ?? value]);
}

// What was said, as the form shows it: the first three answers, with the day by its date.
function summary(form, fields) {
  const on = fields.find(([name]) => name === "other_day")?.[1];
  return named(form).map((one) => (one.name === "other_day" ? on : shown(one))).filter(Boolean).slice(0, 3).join(" · ");
}

function shown(one) {
  if (["hidden", "file", "submit"].includes(one.type) || !one.value || one.name === "when") return "";
  if (one.type === "radio" || one.type === "checkbox") return one.checked ? one.closest("label").textContent.trim() : "";
  if (one.tagName === "SELECT") return one.selectedOptions[0]?.textContent.trim();
  return `${one.value} ${one.closest(".with-unit")?.querySelector(".unit")?.textContent ?? ""}`.trim();
}

function fill(form, fields) {
  for (const [name, value] of fields) {
    if (typeof value !== "string" || OWN.includes(name)) continue;
    for (const one of named(form).filter((each) => each.name === name)) {
      if (one.type === "radio" || one.type === "checkbox") one.checked = one.value === value;
      else if (one.type !== "file") one.value = value;
    }
  }
}

function drafting(form) {
  let timer;
  const write = () => {
    const fields = [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");
    put(DRAFTS, { page: location.pathname, account: account(), savedAt: Date.now(), fields });
  };
  const end = () => clearTimeout(timer);
  return { end, soon: () => end() || (timer = setTimeout(write, DRAFT_MS)) };
}

// A form that was begun and left comes back as it was, and says so. Its "today" is the day it was begun.
async function reopen(form, isTouched, photos) {
  const draft = await get(DRAFTS, location.pathname);
  if (isTouched() || !draft || draft.account !== account() || draft.savedAt < Date.now() - DRAFT_LIVES_MS) return;
  fill(form, day(draft.savedAt) === day(Date.now()) ? draft.fields : dated(draft.fields, draft.savedAt));
  const line = document.getElementById("ghi-do");
  if (!line) return;
  line.hidden = false;
  line.querySelector("button").addEventListener("click", async () => {
    await drop(DRAFTS, location.pathname);
    await photos.forget();
    location.reload();
  });
}
