// The Desk and the Jobs page on a phone: what is captured or pressed goes into the outbox first and on its way from there, so that no
// network is needed for it; the page shows at once what it will come to, and what has not arrived yet.
import { capture, change, forgetOld, open, remove, sha256, unsent, UNSENT, all, watch, whose } from "./outbox.js";
import { runAhead } from "./clock.js";
import { line, send } from "./sending.js";
import { offerCanvas } from "./signature.js";

const WORDS = { waiting: "waits to be sent", sending: "is being sent", refused: "was refused" };
const BECOMES = { start: "in_progress", resume: "in_progress", pause: "paused" };
const contents = new Map(); // what has been unlocked, by id; pictures as addresses of this page
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const plan = () => JSON.parse($("#bench")?.textContent ?? "null");

function el(name, given = {}, ...children) {
  const made = Object.assign(document.createElement(name), given);
  made.append(...children.filter((child) => child !== ""));
  return made;
}

async function content(item) {
  if (!contents.has(item.id)) {
    const { says, blob, file, fields } = await open(item).catch(() => ({ says: "something that this phone cannot read any more", fields: [] }));
    contents.set(item.id, { says, name: file?.name ?? "", text: fields.find(([name]) => name === "text")?.[1] ?? "", url: blob ? URL.createObjectURL(blob) : "", picture: blob?.type.startsWith("image/") ?? false });
  }
  return contents.get(item.id);
}

// Capturing

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-outbox]") || form.dataset.sent) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // house.js would take it for sent
  take(form, event.submitter);
}, { capture: true });

// Chosen files are taken where they arrive, on the chooser itself: while a camera is open the page around it may be drawn anew, and an
// event of what is no longer on the page reaches nobody else.
function wire() {
  for (const chooser of $$("form[data-send][data-outbox] input[type=file]:not([data-wired])")) {
    chooser.dataset.wired = "";
    chooser.addEventListener("change", (event) => {
      event.stopPropagation();
      if (chooser.files.length) take(chooser.form);
    });
  }
}

let taking = Promise.resolve();

// What a form gives is read at once and kept in its turn; only a form that is kept is empty again.
function take(form, submitter) {
  const data = new FormData(form, submitter), atOnce = "send" in form.dataset;
  if (atOnce) form.reset(); // the next picture may be chosen while this one is kept
  else form.dataset.sent = "yes";
  say("");
  taking = taking.then(async () => {
    try {
      await keep(form, data);
      if (form.dataset.corrects) await remove(Number(form.dataset.corrects));
      delete form.dataset.corrects;
      if (!atOnce) form.reset();
    } catch (error) {
      say(error.name === "QuotaExceededError" ? "This phone has no room left, so nothing was kept. Make room, and capture it again." : `This phone could not keep it (${error.name}). Try again.`);
    } finally {
      delete form.dataset.sent;
    }
    navigator.storage?.persist?.();
    send();
  });
}

// Keep what a form gives: each file is a piece of its own, everything else is one.
async function keep(form, data) {
  const { job, event } = plan();
  const fields = [...data].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "next"].includes(name));
  const files = [...data].filter(([, value]) => value instanceof File && value.size);
  const piece = { path: new URL(form.action).pathname, verb: form.dataset.outbox, job, event, slot: form.dataset.slot ?? "", says: form.dataset.says };
  if (!files.length) return capture(piece, fields);
  for (const [field, blob] of files) {
    if (await isThere(event, blob)) say(`“${blob.name}” is in this job already.`);
    else await capture({ ...piece, says: `${piece.says}, ${blob.name}` }, fields, { field, name: blob.name, blob });
  }
}

// Whether the same picture waits here already for the same work; the server asks it of those that have arrived.
async function isThere(event, blob) {
  const digest = await sha256(await blob.arrayBuffer());
  for (const item of await unsent()) {
    if (item.event !== event || !item.bytes) continue;
    const { blob: other } = await open(item).catch(() => ({})); // what cannot be read any more hinders nothing new
    if (other?.size === blob.size && (await sha256(await other.arrayBuffer())) === digest) return true;
  }
  return false;
}

// Said until the next press.
function say(words) {
  $("#outbox-word").textContent = words;
  $("#outbox").hidden = false;
}

// What it comes to

// Where the work stands once everything has arrived that was pressed and captured here.
function ahead(said, items) {
  const there = { state: said.state, still: new Map(Object.entries(said.slots)), marked: new Set(said.marked) };
  for (const item of items) {
    if (BECOMES[item.verb]) there.state = BECOMES[item.verb];
    if (item.verb === "mark") there.marked.add(item.slot);
    if (item.verb === "capture" && there.still.has(item.slot)) there.still.set(item.slot, Math.max(0, there.still.get(item.slot) - 1));
  }
  return there;
}

// The one next act, as the server draws it too: the first of those on the page whose time has come.
function next(act, { state, still, marked }, waits) {
  const { act: kind, of } = act.dataset;
  if (kind === "start") return state === "ready";
  if (kind === "resume") return state === "paused";
  if (state !== "in_progress") return false;
  if (kind === "slot") return still.get(of) > 0;
  if (kind === "mark") return !marked.has(of);
  return kind === "unsent" ? waits : true;
}

// How much of a slot will be there, in the words of the page.
function counted({ countOf, required, says }, said, there) {
  const arriving = (said.slots[countOf] ?? 0) - (there.still.get(countOf) ?? 0);
  return arriving ? `${Number(required) - there.still.get(countOf)}/${required} required` : says;
}

async function draw() {
  const items = await all(), waiting = items.filter((item) => UNSENT.includes(item.state));
  await drawLine(waiting);
  const said = plan();
  if (!said) return;
  const here = items.filter((item) => item.event === said.event && item.state !== "refused" && !said.has.includes(item.id));
  const there = ahead(said, here);
  for (const each of $$("[data-when]")) each.hidden = !each.dataset.when.split(" ").includes(there.state);
  let found = false;
  for (const act of $$("[data-act]")) {
    act.hidden = found || !next(act, there, waiting.some((item) => item.event === said.event));
    found ||= !act.hidden;
  }
  for (const each of $$("[data-still]")) each.hidden = here.length > 0;
  for (const each of $$("[data-present]")) {
    each.dataset.present ||= each.textContent.trim();
    each.textContent = there.state === said.state ? each.dataset.present : `${there.state.replace("_", " ")}, not sent yet`;
  }
  for (const each of $$("[data-count-of]")) each.textContent = counted(each.dataset, said, there);
  const marking = $("[data-act=mark]:not([hidden])")?.dataset.of;
  for (const each of $$("[data-open-once]")) each.hidden ||= each.dataset.openOnce.split(" ").some((slot) => there.still.get(slot) > 0) || there.marked.has(each.dataset.stage) || each.dataset.stage === marking;
  runAhead(here.findLast((item) => BECOMES[item.verb]));
  await drawPieces(here.filter((item) => item.verb === "capture"));
  for (const stage of $$("[data-stage-mark]")) stage.hidden = !here.some((item) => item.verb === "mark" && item.slot === stage.dataset.stageMark);
}

// Each piece in its slot, as soon as it is captured.
async function drawPieces(pieces) {
  const drawn = new Map($$("[data-piece]").map((each) => [each.dataset.piece, each]));
  for (const item of pieces) {
    const place = $(`[data-slot-of="${CSS.escape(item.slot)}"]`);
    const { picture, url, text, name } = await content(item);
    if (!place) continue;
    const words = item.state === "stored" ? "" : WORDS[item.state];
    const made = picture
      ? el("figure", { className: "slot full unsent" }, el("img", { src: url, alt: "" }), el("figcaption", {}, words))
      : el("div", { className: "slot filed unsent" }, el("p", {}, text || name), el("span", { className: "faint" }, words));
    made.dataset.piece = item.id;
    const before = drawn.get(item.id);
    if (before) {
      before.querySelector("figcaption, .faint").textContent = words;
      drawn.delete(item.id);
    } else place.append(made);
  }
  for (const gone of drawn.values()) gone.remove();
}

async function drawLine(waiting) {
  const box = $("#outbox"), list = $("#outbox-list");
  const refused = waiting.filter((item) => item.state === "refused").length;
  const many = waiting.length === 1 ? "1 thing is" : `${waiting.length} things are`;
  $("#outbox-says").textContent = waiting.length ? `${many} not sent yet${refused ? `, ${refused} refused` : ""}. ${line.stopped}`.trim() : "";
  $("#outbox-enter").hidden = !line.signedOut;
  box.hidden = !waiting.length && !$("#outbox-word").textContent;
  $("#outbox-waits").hidden = !waiting.length;
  if (refused && !box.classList.contains("refused")) $("#outbox-waits").open = true; // why it was refused is said at once
  box.classList.toggle("refused", refused > 0);
  const rows = await Promise.all(waiting.map(async (item) => row(item, await content(item))));
  list.replaceChildren(...rows);
}

function row(item, { says, url, name }) {
  const part = line.progress.get(item.id);
  const state = item.state === "sending" && part ? `is being sent, ${Math.round(part * 100)} %` : WORDS[item.state];
  const made = el("li", {}, el("b", {}, says), ` ${state}`, item.why ? el("small", {}, item.why) : "");
  if (item.state !== "refused") return made;
  const form = item.bytes ? null : $(`form[data-outbox=capture][data-slot="${CSS.escape(item.slot)}"]`);
  const right = form ? el("button", { type: "button", className: "press soft", onclick: () => correct(item, form) }, "Correct it") : "";
  const again = el("button", { type: "button", className: "press soft", onclick: () => change(item.order, { state: "waiting", why: "" }).then(send) }, "Try again");
  const out = el("button", { type: "button", className: "press soft", onclick: () => leaveOut(item, says) }, "Leave it out…");
  made.append(el("span", { className: "inline" }, right, again, out, url ? el("a", { href: url, download: name || "captured" }, "Save it on this phone") : ""));
  return made;
}

// What was refused goes back into its form as it was given; once it is kept anew, the refused piece goes.
async function correct(item, form) {
  const { fields } = await open(item);
  form.reset();
  for (const [name, value] of fields) {
    const there = form.elements.namedItem(name);
    if (there instanceof RadioNodeList) there.value = value;
    else if (there?.type === "checkbox") there.checked = true;
    else if (there && there.type !== "hidden") there.value = value;
  }
  form.dataset.corrects = item.order;
  form.closest("details")?.setAttribute("open", "");
  $("#outbox-waits").open = false;
  form.scrollIntoView({ block: "center" });
  $("input:not([type=hidden]), textarea", form)?.focus({ preventScroll: true });
}

// To leave a piece out is a person's own act, asked once more: it is the only way by which something is taken out unsent.
function leaveOut(item, says) {
  ask(`Leave out “${says}”? It was never sent, and is deleted from this phone.`, "Leave it out", () => remove(item.order).then(send));
}

function ask(words, yes, act) {
  const dialog = $("#outbox-ask");
  $("p", dialog).textContent = words;
  const button = $("button[value=yes]", dialog);
  button.textContent = yes;
  dialog.onclose = () => dialog.returnValue === "yes" && act();
  dialog.returnValue = "";
  dialog.showModal();
}

// Once everything of this job has arrived the page is loaded anew around whoever is using it.
let freshened = 0;
async function freshen() {
  const said = plan(), items = await all();
  if (!said || items.some((item) => item.job === said.job && UNSENT.includes(item.state))) return;
  if (!items.some((item) => item.event === said.event && item.state === "stored" && !said.has.includes(item.id))) return;
  if (writing() || Date.now() - freshened < 500) return setTimeout(freshen, 600);
  freshened = Date.now();
  const response = await fetch(location.pathname, { headers: { "Qtm-Part": "page" } }).catch(() => null);
  if (response?.redirected) return;
  if (!response?.ok) return setTimeout(freshen, 3000);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (writing()) return setTimeout(freshen, 600);
  const focused = document.activeElement?.id, opened = $$("#main details[open]").map((each) => each.id).filter(Boolean);
  for (const part of ["#main", "#ground-acts"]) $(part).replaceChildren(...$(part, page).childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  offerCanvas();
  wire();
  await draw();
  developing();
}

// A copy that is still being prepared is asked for again, a few times; until then its place says so.
async function developing(times = 8) {
  const waiting = [];
  for (const picture of $$('#main img[src^="/evidence/"]:not([data-there])')) {
    const answer = await fetch(picture.src).catch(() => null);
    if (answer?.status === 503) waiting.push(picture);
    else if (answer?.ok) {
      if (picture.dataset.asked) picture.src = `${new URL(picture.src).pathname}?again=${picture.dataset.asked}`;
      picture.dataset.there = "";
    }
  }
  for (const picture of waiting) picture.dataset.asked = Number(picture.dataset.asked ?? 0) + 1;
  if (waiting.length && times) setTimeout(() => developing(times - 1), 2000);
}

// Whether somebody has begun to type or draw what is not kept yet.
const writing = () => $$("#main :is(input:not([type=hidden], [type=checkbox], [type=radio]), textarea)").some((field) => field.value !== field.defaultValue) || $("#main canvas[data-drawn]");

// Completing needs everything that was captured here to have arrived; what that is, the server is told too.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const work = form.dataset.row?.match(/^serviceevent-(\d+)$/)?.[1];
  if (!work || form.dataset.outbox || form.dataset.checked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const items = (await all()).filter((item) => String(item.event) === work);
  const left = items.filter((item) => UNSENT.includes(item.state));
  if (left.length) return say(`${left.length === 1 ? "One thing" : `${left.length} things`} captured for it ${left.length === 1 ? "is" : "are"} not sent yet. Complete once everything has arrived.`);
  for (const item of items) form.append(el("input", { type: "hidden", name: "captured", value: item.id }));
  form.dataset.checked = "yes";
  form.requestSubmit(event.submitter);
}, { capture: true });

// Whoever signs out is told what still waits; it stays on the phone, locked, until they sign in here again.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (new URL(form.action).pathname !== "/logout" || form.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const left = await unsent().catch(() => []);
  const go = () => { form.dataset.asked = "yes"; form.requestSubmit(); };
  if (!left.length) return go();
  ask(`${left.length === 1 ? "One thing is" : `${left.length} things are`} not sent yet. If you sign out now, it stays locked on this phone and is sent once you sign in here again.`, "Sign out all the same", go);
}, { capture: true });

// What is kept for when there is no network

async function keepPages() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(`/worker.js?v=${document.body.dataset.version}`);
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) active.postMessage({ claim: true }); // it came while the worker was waking up
  const jobs = $$("[data-job]").map((each) => [each.dataset.job, each.dataset.stamp]);
  if ($("[data-desk]")) active.postMessage({ person: whose, keep: [["/desk/", "desk"], ["/jobs/", "jobs"], ...jobs] });
  else if (plan()?.mine) active.postMessage({ person: whose, add: [[location.pathname, plan().stamp]] });
}

// A page that was kept says when it stood so.
function asOf() {
  const notice = $("#as-of");
  if (notice) notice.hidden = navigator.onLine && document.body.dataset.kept === undefined;
}

offerCanvas();
wire();
watch(draw);
watch(freshen);
await forgetOld();
await draw();
asOf();
addEventListener("offline", asOf);
addEventListener("online", asOf);
developing();
await send();
await freshen();
keepPages();
