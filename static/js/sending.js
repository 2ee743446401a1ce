// Sending what waits, one after the other and in order: on load, when the network returns, when the page is seen. Where it fails the
// line stops, keeps everything and says so. The same piece sent twice is one piece: the server knows its id and its digest.
import { all, arrived, change, open, redraw, whose } from "./outbox.js";

const STALLED = 30_000; // no byte has moved for so long
const PAUSES = [2, 5, 10, 20, 40, 60].map((seconds) => seconds * 1000);
const TOO_OFTEN = 6; // something at which the house itself breaks must not hold up everything else for ever
const REFUSED = { 400: "The house cannot read it.", 404: "This job is not there for you any more.", 413: "It is too large." };
const broke = new Map();
const cookie = (name) => document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

export const line = { stopped: "", signedOut: false, progress: new Map() };
let failures = 0, later, underway;

// Send everything that waits, in one tab of this person at a time.
export const send = () => navigator.locks.request(`qtm-outbox-${whose}`, { ifAvailable: true }, async (lock) => lock && goThrough());

async function goThrough() {
  clearTimeout(later);
  const tried = new Map();
  for (;;) {
    const stuck = new Set(), items = await all();
    const next = items.find((item) => {
      if (item.state === "refused") stuck.add(item.job);
      return ["waiting", "sending"].includes(item.state) && !stuck.has(item.job);
    });
    if (!next) break;
    const times = (tried.get(next.id) ?? 0) + 1;
    tried.set(next.id, times);
    const goesOn = await sendOne(next, times);
    if (!goesOn) return (later = setTimeout(send, PAUSES[Math.min(failures++, PAUSES.length - 1)]));
  }
  failures = 0;
  line.stopped = "";
}

// Send one piece; whether the line goes on behind it.
async function sendOne(item, times) {
  await change(item.order, { state: "sending" });
  let answer;
  try {
    answer = await post(item, await open(item));
  } catch (error) {
    await change(item.order, { state: "refused", why: `This phone cannot read it any more (${error.name}).` });
    return true;
  }
  const { status, said } = answer;
  line.signedOut = status === 401;
  if (status === 200 && said?.stored) {
    line.stopped = "";
    await arrived(item, said.stored);
    return true;
  }
  if (status === 500) broke.set(item.id, (broke.get(item.id) ?? 0) + 1);
  const away = status > 500 || [0, 401, 408, 429].includes(status); // the house cannot just now, whatever it is that is sent
  const moment = away || said?.stays || (status === 500 && broke.get(item.id) < TOO_OFTEN);
  const stays = moment || (!said && ![400, 404, 413, 500].includes(status));
  if (stays || (said?.again && times < 3)) {
    line.stopped = said?.why ?? (status === 0 ? "No network." : status === 403 ? "This page is too old. Load it anew." : "The house does not answer just now.");
    await change(item.order, { state: "waiting", why: line.stopped });
    return !stays;
  }
  await change(item.order, { state: "refused", why: said?.why ?? REFUSED[status] ?? "The house failed over it, again and again. Save it, and tell whoever runs the house." });
  return true;
}

// One request; a connection over which nothing moves is given up. Status 0 where there was no answer.
function post(item, { fields, file, blob }) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  if (blob) form.append(file.field, blob, file.name);
  return new Promise((resolve) => {
    const request = (underway = new XMLHttpRequest());
    let alive = setTimeout(() => request.abort(), STALLED);
    const moved = (event) => {
      clearTimeout(alive);
      alive = setTimeout(() => request.abort(), STALLED);
      if (!event.lengthComputable || !event.total) return;
      line.progress.set(item.id, event.loaded / event.total);
      redraw();
    };
    request.upload.onprogress = request.onprogress = moved;
    request.onloadend = () => {
      clearTimeout(alive);
      line.progress.delete(item.id);
      let said = null;
      try { said = JSON.parse(request.responseText); } catch { /* a page, and not for us */ }
      resolve({ status: request.status, said });
    };
    request.open("POST", item.path);
    request.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
    request.setRequestHeader("Qtm-Item", item.id);
    request.setRequestHeader("Qtm-Digest", item.digest);
    request.setRequestHeader("Qtm-Said-At", item.said_at);
    request.setRequestHeader("Qtm-Person", item.person);
    request.send(form);
  });
}

addEventListener("offline", () => underway?.abort()); // nothing would tell it, and it would wait for nothing
addEventListener("online", () => { failures = 0; send(); });
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
addEventListener("pageshow", (event) => event.persisted && send());
