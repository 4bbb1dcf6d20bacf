// What waits on this device, in a database of the browser's own: a record for each form that is not sent yet,
// one for each photo, and one for each page whose form was begun and not finished. It outlives a closed tab and an empty battery.
const NAME = "nongsan";
export const WAITING = "waiting";
export const DRAFTS = "drafts";
export const PHOTOS = "photos";
const told = "BroadcastChannel" in window ? new BroadcastChannel("nongsan-waiting") : null;
let opened;

function database() {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        asked.result.createObjectStore(WAITING, { keyPath: "id" });
        asked.result.createObjectStore(DRAFTS, { keyPath: "page" });
      }
      asked.result.createObjectStore(PHOTOS, { keyPath: "id" });
    };
    asked.onsuccess = () => {
      // Another tab with a newer release: it may change the database, this page opens it anew.
      asked.result.onversionchange = () => asked.result.close() || (opened = undefined);
      done(asked.result);
    };
    asked.onerror = () => fail(asked.error);
  });
  return opened;
}

// Resolves once the browser has it on its disk, not before.
async function act(store, mode, deed) {
  const held = await database();
  return new Promise((done, fail) => {
    const one = held.transaction(store, mode, { durability: "strict" });
    const asked = deed(one.objectStore(store));
    one.oncomplete = () => done(asked.result);
    one.onabort = () => fail(one.error);
  });
}

export const all = async (store) => (await act(store, "readonly", (held) => held.getAll())).sort(inOrder);
export const get = (store, key) => act(store, "readonly", (held) => held.get(key));
export async function put(store, record) {
  await act(store, "readwrite", (held) => held.put(record));
  changed(store);
}
// Several at once, all or none: [store, record].
export async function putAll(records) {
  const held = await database();
  await new Promise((done, fail) => {
    const one = held.transaction(records.map(([store]) => store), "readwrite", { durability: "strict" });
    for (const [store, record] of records) one.objectStore(store).put(record);
    one.oncomplete = done;
    one.onabort = () => fail(one.error);
  });
  changed(WAITING);
}
export async function drop(store, key) {
  await act(store, "readwrite", (held) => held.delete(key));
  changed(store);
}

// In the order they were saved: a spraying goes before the harvest it may hold.
const inOrder = (one, other) => one.savedAt - other.savedAt;

// Tells this page and every other one open on the device.
function changed(store) {
  if (store === DRAFTS) return;
  window.dispatchEvent(new Event("waiting"));
  told?.postMessage("");
}
told?.addEventListener("message", () => window.dispatchEvent(new Event("waiting")));
