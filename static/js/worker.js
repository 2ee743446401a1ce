// Keeps what opens without network: the house's own files for everybody, and the Desk with its claimed jobs for one person alone.
// Whose a page is, is said by the page itself. As soon as somebody else's comes, or nobody's, what was kept is forgotten.
const VERSION = new URL(self.location).searchParams.get("v") ?? "0";
const HOUSE = `house-${VERSION}`, OFFLINE = "/offline/", DESK = "/desk/";
const HASHED = /^\/static\/.+\.[0-9a-f]{12}\.[a-z0-9]+$/;
const IMPATIENT = 5_000; // with one bar of signal a kept page now is better than a fresh one in a minute

const ofPerson = (person) => `person-${person}`;
const stampOf = (path) => `/kept${path}`; // beside each page what it was kept for

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const response = await fetch(new Request(OFFLINE, { credentials: "omit", cache: "reload" }));
  await (await caches.open(HOUSE)).put(OFFLINE, response);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("house-") && name !== HOUSE) await caches.delete(name);
  await self.clients.claim();
})()));

async function forget(but = "") {
  for (const name of await caches.keys()) if (name.startsWith("person-") && name !== but) await caches.delete(name);
}

// The one cache of a person that there is, if any.
async function kept() {
  const name = (await caches.keys()).find((each) => each.startsWith("person-"));
  return name && caches.open(name);
}

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/logout") return event.respondWith(forget().then(() => fetch(request)));
  if (request.method !== "GET") return;
  if (HASHED.test(url.pathname)) return event.respondWith(ofTheHouse(request));
  if (/^\/evidence\/\d+\/small\/$/.test(url.pathname)) return event.respondWith(picture(request));
  if (request.mode === "navigate" || request.headers.get("Qtm-Part")) event.respondWith(page(event, url));
});

async function ofTheHouse(request) {
  const cache = await caches.open(HOUSE), found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function picture(request) {
  const found = await (await kept())?.match(request.url);
  return found ?? fetch(request);
}

// The network first; what was kept where that fails or takes too long.
async function page(event, url) {
  const store = await kept(), whole = event.request.mode === "navigate"; // a part is wanted fresh or not at all
  const copy = whole && !url.search ? await store?.match(url.pathname) : undefined;
  const fresh = fetch(event.request).then(async (response) => {
    await took(url, response);
    return response;
  });
  event.waitUntil(fresh.catch(() => {}));
  try {
    return await (copy ? Promise.race([fresh, new Promise((_, reject) => setTimeout(reject, IMPATIENT))]) : fresh);
  } catch {
    if (copy) return asKept(copy);
    if (!whole) return Response.error();
    if (url.pathname === "/" && (await store?.match(DESK))) return Response.redirect(DESK);
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

// A page that was kept says so of itself.
async function asKept(copy) {
  return new Response((await copy.text()).replace("<body ", '<body data-kept="" '), { headers: copy.headers });
}

// A page came: it says whose it is, and freshens what was kept of itself.
async function took(url, response) {
  if (!response.headers.get("Content-Type")?.startsWith("text/html") || response.type === "opaqueredirect") return;
  const person = response.headers.get("Qtm-Person");
  await forget(person ? ofPerson(person) : "");
  if (!person || !response.ok || response.redirected || url.search) return;
  const store = await caches.open(ofPerson(person));
  if (await store.match(url.pathname)) await store.put(url.pathname, response.clone());
}

// The page of a person says what they have in hand: exactly that is kept, each page once for each stamp that it is named with.
self.addEventListener("message", (event) => {
  const { person, keep, add, claim } = event.data;
  if (claim) event.waitUntil(self.clients.claim());
  if (keep) event.waitUntil(fetched(person, keep).then((store) => tidy(store, keep)));
  if (add) event.waitUntil(fetched(person, add));
});

async function fetched(person, wanted) {
  await forget(ofPerson(person));
  const store = await caches.open(ofPerson(person));
  for (const [path, stamp] of wanted) {
    const known = await (await store.match(stampOf(path)))?.text();
    if (known === stamp && (await store.match(path))) continue;
    const response = await fetch(path, { headers: { "Qtm-Part": "kept" } }).catch(() => null);
    if (!response?.ok || response.redirected || response.headers.get("Qtm-Person") !== person) continue;
    await store.put(path, response);
    await store.put(stampOf(path), new Response(stamp));
  }
  for (const [path] of wanted) {
    for (const picture of await picturesOn(store, path)) {
      if (await store.match(picture)) continue;
      const response = await fetch(picture).catch(() => null);
      if (response?.ok) await store.put(picture, response);
    }
  }
  return store;
}

const picturesOn = async (store, path) => new Set((await (await store.match(path))?.text())?.match(/\/evidence\/\d+\/small\//g) ?? []);

// What nobody has in hand any more goes.
async function tidy(store, wanted) {
  const stay = new Set();
  for (const [path] of wanted) for (const each of [path, stampOf(path), ...(await picturesOn(store, path))]) stay.add(each);
  for (const each of await store.keys()) if (!stay.has(new URL(each.url).pathname)) await store.delete(each);
}
