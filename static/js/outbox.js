// What waits on this phone to be sent: one person's apart from another's, and each piece locked with its person's key, which stands
// on the pages of whoever is signed in and leaves the phone when they sign out.
const { person, key } = document.body.dataset;
export const UNSENT = ["waiting", "sending", "refused"];
export const whose = person;
const changes = new EventTarget();
const tabs = new BroadcastChannel(`qtm-${person}`);
tabs.onmessage = () => changes.dispatchEvent(new Event("change"));

function changed() {
  changes.dispatchEvent(new Event("change"));
  tabs.postMessage("change");
}

// Something about a piece is to be drawn anew in this tab alone.
export const redraw = () => changes.dispatchEvent(new Event("change"));

// Call back whenever anything here has changed, in this tab or another.
export const watch = (what) => changes.addEventListener("change", what);

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

let opened;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(`qtm-${person}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("items", { keyPath: "order", autoIncrement: true }).createIndex("id", "id", { unique: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// One transaction: what was put is on the disk when it resolves, and not before.
async function within(mode, work) {
  const transaction = (await database()).transaction("items", mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const result = await settled(work(transaction.objectStore("items")));
  await done;
  return result;
}

// Everything, in the order in which it was captured.
export const all = () => within("readonly", (items) => items.getAll());
export const unsent = async () => (await all()).filter((item) => UNSENT.includes(item.state));

async function put(item) {
  await within("readwrite", (items) => items.add(item));
  changed();
}

export async function change(order, what) {
  const item = await within("readonly", (items) => items.get(order));
  if (!item) return;
  await within("readwrite", (items) => items.put({ ...item, ...what }));
  changed();
}

export async function remove(order) {
  await within("readwrite", (items) => items.delete(order));
  changed();
}

// Bytes and their names

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
export const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

let lock;
const locking = () => (lock ??= crypto.subtle.importKey("raw", unhex(key), "AES-GCM", false, ["encrypt", "decrypt"]));

async function locked(bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await locking(), bytes) };
}
const unlocked = async ({ iv, bytes }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, await locking(), bytes);

// What a form gives, as it will arrive: browsers send every line break of a field as two characters.
const asSent = (value) => value.replace(/\r\n|\r|\n/g, "\r\n");

// Keep what a form gives, as one piece: a field holds words, a file its bytes. It is on the disk of this phone when this resolves.
export async function capture({ path, verb, job, event, slot, says }, fields, file) {
  const words = fields.map(([name, value]) => [name, asSent(value)]);
  const bytes = file && (await file.blob.arrayBuffer());
  const given = [...words, ...(file ? [[file.field, await sha256(bytes)]] : [])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const digest = await sha256(new TextEncoder().encode(JSON.stringify([path, ...given])));
  const content = { fields: words, says, file: file && { field: file.field, name: file.name, type: file.blob.type } };
  await put({
    id: crypto.randomUUID(), person, path, verb, job, event, slot, digest, state: "waiting", why: "",
    said_at: new Date().toISOString(), size: bytes?.byteLength ?? 0,
    content: await locked(new TextEncoder().encode(JSON.stringify(content))),
    bytes: bytes && (await locked(bytes)),
  });
}

// What is in a piece: its words, and its file where it has one.
export async function open(item) {
  const content = JSON.parse(new TextDecoder().decode(await unlocked(item.content)));
  const blob = item.bytes && new Blob([await unlocked(item.bytes)], { type: content.file.type });
  return { ...content, blob };
}

// It has arrived: its bytes may go, that it did is remembered for a week.
export const arrived = (item, at) => change(item.order, { state: "stored", why: "", stored_at: at, bytes: undefined, size: 0 });

export async function forgetOld() {
  const week = Date.now() - 7 * 86_400_000;
  for (const item of await all()) if (item.state === "stored" && Date.parse(item.said_at) < week) await remove(item.order);
}
