// The list of what is not sent yet, and the line on every page that says how much it is.
import { PHOTOS, WAITING, all, drop } from "./store.js";
import { LIST, account, waitingPhotos } from "./sending.js";

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" });
const said = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// Forms, and the photos that were saved with one.
async function everything() {
  const photos = (await all(PHOTOS)).filter((one) => one.state !== "draft");
  return [...(await all(WAITING)), ...photos];
}

export async function band(line) {
  const waits = (await everything()).filter((one) => one.state !== "sent");
  const parts = [navigator.onLine ? "" : line.dataset.off, waits.length ? said(line.dataset.count, { n: waits.length }) : ""];
  line.hidden = !parts.some(Boolean);
  line.querySelector("[data-off]").textContent = parts[0];
  line.querySelector("a").textContent = parts[1];
  localStorage.setItem("nongsan-band", line.offsetHeight); // for the next page, which is drawn before it knows
  document.documentElement.classList.remove("banded");
}

export async function list(place) {
  document.getElementById("can-mang").hidden = location.pathname === LIST;
  const records = await everything();
  const template = place.querySelector("template");
  place.querySelectorAll("li").forEach((one) => one.remove());
  for (const record of records) place.append(row(template, record));
  document.getElementById("khong-con").hidden = records.some((one) => one.state !== "sent");
  const minutes = Math.abs(Number(localStorage.getItem("nongsan-clock") ?? 0));
  const warning = document.getElementById("lech-gio");
  warning.hidden = minutes < 5;
  warning.querySelector("div").textContent = said(warning.dataset.text, { minutes });
}

function row(template, record) {
  const one = template.content.cloneNode(true).firstElementChild;
  one.id = record.id;
  one.dataset.state = record.state;
  one.querySelector("b").textContent = record.title;
  one.querySelector("[data-words]").textContent = record.words;
  one.querySelector("[data-state]").textContent = standing(template.dataset, record);
  const mend = one.querySelector("[data-mend]");
  mend.hidden = record.state !== "refused" || Boolean(record.bytes);
  mend.href = `${record.page}#sua=${record.id}`;
  const look = one.querySelector("[data-look]");
  look.hidden = record.state !== "sent";
  look.href = record.to ?? "#";
  const away = one.querySelector("[data-drop]");
  away.hidden = record.state === "sent";
  away.addEventListener("click", () => confirm(said(template.dataset.sure, { what: record.words })) && takeBack(record));
  return one;
}

// A form goes with its photos.
async function takeBack(record) {
  if (record.bytes) return drop(PHOTOS, record.id);
  for (const one of (await all(PHOTOS)).filter((each) => each.of === record.id)) await drop(PHOTOS, one.id);
  await drop(WAITING, record.id);
}

function standing(texts, record) {
  const time = (at) => clock.format(at).split(", ").reverse().join(" ");
  if (record.state === "sent") return said(texts.sent, { time: time(record.sentAt) });
  if (record.state === "refused") return said(texts.refused, { reason: record.reason });
  if (record.needs) return texts[record.needs === "other" ? "other" : "signIn"];
  if (record.nextAt && navigator.onLine) return said(texts.retry, { time: time(record.nextAt) });
  return said(texts.local, { time: time(record.savedAt) });
}

export async function isDue() {
  const isMine = (one) => one.state === "waiting" && one.account === account() && (one.nextAt ?? 0) <= Date.now();
  return [...(await all(WAITING)), ...(await waitingPhotos())].some(isMine);
}
