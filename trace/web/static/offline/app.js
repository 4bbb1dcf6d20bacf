// What every page of a cooperative does for a bad network: keeps pages and forms at hand, says what is not
// sent, and sends it when the page opens, the network comes back or somebody looks again. No browser feature
// is needed that iOS or a browser inside another app lacks; without any of this, forms are sent as ever.
import { keep } from "./forms.js";
import { account, sendAll, sendNow } from "./sending.js";
import { band, isDue, list } from "./waiting.js";

const LOOK_MS = 10_000;
const KEEP_MS = 120_000;
const line = document.getElementById("mang");
const place = document.getElementById("chua-gui");

async function draw() {
  if (line) await band(line);
  if (place) await list(place);
}

async function sendDue() {
  if (navigator.onLine && document.visibilityState === "visible" && (await isDue())) await sendAll();
  await draw();
}

for (const form of document.querySelectorAll("form[data-offline]")) keep(form);
document.getElementById("gui-ngay")?.addEventListener("click", () => sendNow().then(draw));
window.addEventListener("waiting", draw);
window.addEventListener("online", sendDue);
window.addEventListener("offline", draw);
document.addEventListener("visibilitychange", sendDue);
setInterval(sendDue, LOOK_MS);
sendDue();

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/htx/trong-may.js", { scope: "/htx" });
  navigator.serviceWorker.ready.then(keepPages);
}

// Pages at hand are made anew now and then, whoever is signed in.
function keepPages(ready) {
  const mine = `${account()} ${document.documentElement.lang}`;
  const [who, when] = JSON.parse(localStorage.getItem("nongsan-kept") ?? "[]");
  if (!navigator.onLine || !account() || (who === mine && when > Date.now() - KEEP_MS)) return;
  localStorage.setItem("nongsan-kept", JSON.stringify([mine, Date.now()]));
  ready.active.postMessage("keep");
}
