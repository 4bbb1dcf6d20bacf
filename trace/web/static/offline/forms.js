// Forms that may be filled without a network: what is sent is first kept on the device, then sent from there.
import { DRAFTS, WAITING, drop, get, put } from "./store.js";
import { account, send } from "./sending.js";

const LIST = "/htx/chua-gui";
const DRAFT_MS = 500;
const DRAFT_LIVES_MS = 24 * 3_600_000;
const OWN = ["csrf_token", "request_id"];

const mark = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
const named = (form) => [...form.elements].filter((one) => one.name && !OWN.includes(one.name));

export async function keep(form) {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("sua");
  const before = wanted ? await get(WAITING, wanted) : null;
  if (before) fill(form, before.fields);
  else if (!form.querySelector('[role="alert"]')) await reopen(form);
  form.elements.request_id.value = before?.id ?? mark();
  window.addEventListener("pageshow", (shown) => shown.persisted && (form.elements.request_id.value = mark()));
  const draft = drafting(form);
  form.addEventListener("input", draft.soon);
  form.addEventListener("submit", (happened) => draft.end() || saved(form, happened));
}

async function saved(form, happened) {
  happened.preventDefault();
  const button = happened.submitter;
  if (button) button.disabled = true;
  const record = described(form, button);
  try {
    await put(WAITING, record);
  } catch {
    return natively(form, button); // no room on the device: as if this file were not there
  }
  await drop(DRAFTS, location.pathname);
  if (!(await sentAtOnce(form, record, button))) location.assign(`${LIST}#${record.id}`);
}

// Whether it was sent from here, or is being answered by the server's own page.
async function sentAtOnce(form, record, button) {
  if (!navigator.onLine) return false;
  let leave;
  try {
    const answer = await fetch(`${LIST}/dau`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8_000) });
    if (!answer.ok) return false;
    leave = await answer.json();
  } catch {
    return false;
  }
  if (leave.account !== record.account || !(await send(record, leave.mark))) return false;
  const after = await get(WAITING, record.id);
  if (after?.state === "sent") {
    await drop(WAITING, record.id);
    location.assign(after.to);
    return true;
  }
  await drop(WAITING, record.id);
  form.elements.csrf_token.value = leave.mark;
  natively(form, button);
  return true;
}

function natively(form, button) {
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  form.submit();
}

function described(form, button) {
  const all = [...new FormData(form, button?.name ? button : null)];
  const fields = dated(all.filter(([name]) => name !== "csrf_token"));
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
async function reopen(form) {
  const draft = await get(DRAFTS, location.pathname);
  if (!draft || draft.account !== account() || draft.savedAt < Date.now() - DRAFT_LIVES_MS) return;
  fill(form, day(draft.savedAt) === day(Date.now()) ? draft.fields : dated(draft.fields, draft.savedAt));
  const line = document.getElementById("ghi-do");
  if (!line) return;
  line.hidden = false;
  line.querySelector("button").addEventListener("click", async () => {
    await drop(DRAFTS, location.pathname);
    location.reload();
  });
}
