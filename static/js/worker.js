// Keeps what opens without network: the house's own files for everybody, and the Desk with its claimed jobs for one person alone.
// Whose a page is, is said by the page itself. As soon as somebody else's comes, or nobody's, what was kept is forgotten.
const VERSION = new URL(self.location).searchParams.get("v") ?? "0";
const HOUSE = `house-${VERSION}`, OFFLINE = "/offline/", LEAVING = "/offline/signing-out/", DESK = "/desk/", LOGOUT = "/logout";
const HASHED = /^\/static\/.+\.[0-9a-f]{12}\.[a-z0-9]+$/;
const IMPATIENT = 5_000; // with one bar of signal a kept page now is better than a fresh one in a minute

const GONE = [401, 403, 404, 410]; // what is no longer for this person to see

const ofPerson = (person) => `person-${person}`;
const stampOf = (path) => `/kept${path}`; // beside each page what it was kept for

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const house = await caches.open(HOUSE);
  for (const path of [OFFLINE, LEAVING]) await house.put(path, await fetch(new Request(path, { credentials: "omit", cache: "reload" })));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("house-") && name !== HOUSE) await caches.delete(name);
  await self.clients.claim();
})()));

async function forget(but = "") {
  for (const name of await caches.keys()) if (name.startsWith("person-") && name !== but) await caches.delete(name);
}

// What is not for them any more does not open without network either.
const drop = async (store, path) => store && Promise.all([path, stampOf(path)].map((each) => store.delete(each)));

// The one cache of a person that there is, if any.
async function kept() {
  const name = (await caches.keys()).find((each) => each.startsWith("person-"));
  return name && caches.open(name);
}

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === LOGOUT) return event.respondWith(signOut(request));
  if (request.method !== "GET") return;
  if (HASHED.test(url.pathname)) return event.respondWith(ofTheHouse(request));
  if (/^\/evidence\/\d+\/small\/$/.test(url.pathname)) return event.respondWith(picture(request));
  if (request.mode === "navigate" || request.headers.get("Qtm-Part")) event.respondWith(page(event, url));
});

// Signing out needs the house. Without network the pages of the person go at once, and the house is told before it shows anything again.
async function signOut(request) {
  const said = await request.clone().text(), ours = request.referrer && new URL(request.referrer).origin === location.origin;
  try {
    const response = await fetch(request); // the house refuses what another site sends in somebody's name
    if (response.ok || response.type === "opaqueredirect") await forget();
    return response;
  } catch {
    if (!ours) return Response.error();
    await forget();
    const owed = new Response(said, { headers: { "Content-Type": request.headers.get("Content-Type") } });
    await (await caches.open("owed")).put(LOGOUT, owed);
    return (await caches.match(LEAVING)) ?? Response.error();
  }
}

// Whether nothing is owed any more; it throws where there is still no network.
async function settle() {
  const owed = await caches.open("owed"), said = await owed.match(LOGOUT);
  if (!said) return;
  const told = await fetch(LOGOUT, { method: "POST", body: await said.text(), headers: { "Content-Type": said.headers.get("Content-Type") }, redirect: "manual" });
  if (told.status >= 500) throw new Error("the house is away");
  await owed.delete(LOGOUT);
}

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
  const fresh = settle().then(() => fetch(event.request)).then(async (response) => {
    if (copy && !ofHouse(response)) throw new Error("a proxy answers for a house that is away");
    await took(url, response);
    return response;
  });
  event.waitUntil(fresh.catch(() => {}));
  try {
    return await (copy ? Promise.race([fresh, new Promise((_, reject) => setTimeout(reject, IMPATIENT))]) : fresh);
  } catch {
    if (copy) return asKept(copy);
    if (!whole) return Response.error();
    if (await (await caches.open("owed")).match(LOGOUT)) return (await caches.match(LEAVING)) ?? Response.error();
    if (url.pathname === "/" && (await store?.match(DESK))) return Response.redirect(DESK);
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

// A page that was kept says so of itself.
async function asKept(copy) {
  return new Response((await copy.text()).replace("<body ", '<body data-kept="" '), { headers: copy.headers });
}

// Every page of the house says whose it is, or that it is nobody's; a redirect, and what a broken proxy says, say nothing.
const ofHouse = (response) => response.type === "opaqueredirect" || (response.headers.has("Qtm-Person") && response.status < 500);

// A page came: it freshens what was kept of itself, and what was kept for anybody else goes.
async function took(url, response) {
  const person = response.headers.get("Qtm-Person");
  if (!person || response.status >= 500) return;
  const shutOut = url.pathname === DESK && response.status === 403; // suspended, or no member any more
  await forget(shutOut ? "" : ofPerson(person));
  if (GONE.includes(response.status)) await drop(await kept(), url.pathname);
  if (person === "none" || !response.ok || response.redirected || url.search) return;
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
    if (GONE.includes(response?.status)) await drop(store, path);
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
