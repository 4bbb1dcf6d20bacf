// Photos chosen in a form: made small at once, kept on the device as they are chosen, and sent one by one after
// the form itself, so that a heavy photo never stands in the way of a lot.
import { PHOTOS, all, drop, put } from "./store.js";
import { account } from "./sending.js";

const SIDE = 1_600;
const HEAVIEST = 300_000;
const QUALITIES = [0.85, 0.75, 0.65, 0.55, 0.45];
const DRAFT_LIVES_MS = 24 * 3_600_000;
const MENDS_MS = 600_000; // so long whoever mends a refused form keeps its photos from being sent alone

const NONE = { handed: async () => [], holdBack: async () => {}, giveBack: async () => {}, forget: async () => {}, redraw: async () => {} };

// Ties a form's chosen photos to it, by the form's id once it is saved. What is chosen and not saved belongs to
// the page, unless the page mends a form that was refused.
export function attach(form, mark) {
  const box = form.querySelector("[data-photos]");
  if (!box) return NONE;
  const input = box.querySelector("input");
  const name = input.name;
  input.removeAttribute("name"); // sent by themselves
  box.classList.add("held"); // the field itself would say that nothing is chosen: what is stands below
  let busy = forgetOld();
  const id = () => form.elements.request_id.value;
  const mends = () => location.hash.startsWith("#sua=");
  const mine = async () => (await all(PHOTOS)).filter(isOf);
  const redraw = async () => draw(box, await mine(), redraw);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    busy = busy.then(() => take(files)).then(redraw);
  });
  busy = busy.then(redraw);
  return { handed, holdBack, giveBack, forget, redraw };

  async function handed(record) {
    await busy;
    const news = { of: record.id, state: "waiting", nextAt: 0, words: record.words, savedAt: record.savedAt };
    return (await mine()).map((one) => [PHOTOS, { ...one, ...news }]);
  }

  async function holdBack() {
    for (const one of await mine()) await put(PHOTOS, { ...one, nextAt: Date.now() + MENDS_MS });
  }

  // Into the form itself, as if they had just been chosen.
  async function giveBack() {
    const files = new DataTransfer();
    for (const one of await mine()) files.items.add(new File([one.bytes], "anh.jpg", { type: "image/jpeg" }));
    input.files = files.files;
    input.name = name;
    await forget();
  }

  async function forget() {
    for (const one of await mine()) await drop(PHOTOS, one.id);
  }

  function isOf(one) {
    if (one.account !== account()) return false;
    return one.of ? one.of === id() : !mends() && one.page === location.pathname;
  }

  async function take(files) {
    const said = box.querySelector("[data-said]");
    said.textContent = "";
    for (const file of files) {
      if ((await mine()).length >= Number(box.dataset.most)) return void (said.textContent = box.dataset.many);
      const bytes = await shrink(file).catch(() => null);
      if (!bytes) said.textContent = box.dataset.broken.replace("{name}", file.name);
      else await keep(bytes).catch(() => (said.textContent = box.dataset.full));
    }
  }

  function keep(bytes) {
    const now = Date.now();
    const named = { id: mark(), of: mends() ? id() : "", page: location.pathname, account: account() };
    const told = { title: box.dataset.title, words: "", savedAt: now, chosenAt: now };
    return put(PHOTOS, { ...named, ...told, bytes, state: "draft" });
  }
}

async function forgetOld() {
  const old = (one) => one.state === "draft" && one.chosenAt < Date.now() - DRAFT_LIVES_MS;
  for (const one of (await all(PHOTOS)).filter(old)) await drop(PHOTOS, one.id);
}

// A JPEG of at most 300 KB, upright and without what the camera wrote into it.
async function shrink(file) {
  const picture = await createImageBitmap(file);
  for (let side = SIDE; side > 100; side = (side * 3) / 4) {
    const canvas = drawn(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
    for (const quality of QUALITIES) {
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (made && made.size <= HEAVIEST) return made.arrayBuffer();
    }
  }
  throw new Error("too heavy");
}

function drawn(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function draw(box, photos, redraw) {
  const list = box.querySelector("ul");
  const items = await Promise.all(photos.sort((one, other) => one.chosenAt - other.chosenAt).map(async (one, index) => {
    const picture = await createImageBitmap(new Blob([one.bytes], { type: "image/jpeg" }));
    const canvas = drawn(picture, Math.min(1, 240 / Math.max(picture.width, picture.height)));
    const away = Object.assign(document.createElement("button"), { type: "button", className: "btn plain dense", textContent: `${box.dataset.remove} ${index + 1}` });
    away.addEventListener("click", () => drop(PHOTOS, one.id).then(redraw));
    const item = document.createElement("li");
    item.append(canvas, away);
    return item;
  }));
  list.replaceChildren(...items);
  list.hidden = !items.length;
}
