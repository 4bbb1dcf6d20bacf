// Pages and their parts kept on the device. Before this file stand VERSION (another for each release), SHEETS
// (the style sheets of the faces), PARTS (static files every page may ask for), HEAVY ones (of the camera, which
// come after all else) and PAGES (what can be opened without a network; the last one is shown in the place of
// all others).
const PART_STORE = `nongsan-parts-${VERSION}`;
const PAGE_STORE = "nongsan-pages";
const PATIENCE_MS = 4_000;
const path = (asked) => new URL(asked.url).pathname;
const face = (sheets) => sheets.slice(0, sheets.lastIndexOf("-") + 1);
const current = (asked) => SHEETS.find((one) => path(asked).startsWith(face(one)));

self.addEventListener("install", (happened) => {
  happened.waitUntil(caches.open(PART_STORE).then((held) => held.addAll([...SHEETS, ...PARTS])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (happened) => {
  happened.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((one) => one.startsWith("nongsan-parts-") && one !== PART_STORE).map((one) => caches.delete(one))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (happened) => {
  if (happened.data === "keep") happened.waitUntil(keepPages());
});

// A page that leads elsewhere, to signing in say, is not kept.
async function keepPages() {
  const held = await caches.open(PAGE_STORE);
  for (const one of PAGES) {
    const answer = await fetch(one, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) await held.put(one, answer);
  }
  const parts = await caches.open(PART_STORE);
  for (const one of HEAVY) if (!(await parts.match(one))) await parts.add(one).catch(() => null);
}

self.addEventListener("fetch", (happened) => {
  const asked = happened.request;
  if (asked.method !== "GET" || new URL(asked.url).origin !== self.location.origin) return;
  if (asked.mode === "navigate") happened.respondWith(page(asked));
  else if (current(asked)) happened.respondWith(sheet(asked));
  else if (PARTS.includes(path(asked)) || HEAVY.includes(path(asked))) happened.respondWith(part(asked));
});

async function part(asked) {
  const held = await caches.open(PART_STORE);
  return (await held.match(path(asked))) ?? fetch(asked);
}

// A page kept before a release asks for the sheets of then: without a network it gets those of now.
async function sheet(asked) {
  const held = await caches.open(PART_STORE);
  return (await held.match(path(asked))) ?? fetch(asked).catch(() => held.match(current(asked)));
}

// Only what was asked without a question is a kept page: a correction is not a new entry.
async function page(asked) {
  const held = await caches.open(PAGE_STORE);
  const kept = new URL(asked.url).search ? null : await held.match(path(asked));
  try {
    return await (kept ? inTime(fetch(asked)) : fetch(asked));
  } catch (error) {
    const other = kept ?? (path(asked).startsWith("/htx") ? await held.match(PAGES.at(-1)) : null);
    if (other) return other;
    throw error;
  }
}

function inTime(answer) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
  return Promise.race([answer, late]);
}
