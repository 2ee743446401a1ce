// The page on which a download is checked, on the visitor's own machine: nothing that is chosen here is sent anywhere.
import { digestOf, statementIn, steps } from "./proof.js";

const $ = (selector) => document.querySelector(selector);
const place = $("#verify"), list = $("#steps"), verdict = $("#verdict"), told = $("#told");
const named = (what) => [...document.querySelectorAll(`[data-${what}]`)].map((each) => each.dataset);
const published = new Map(named("key").map(({ key, first, last }) => [key, { first: new Date(first), last: new Date(last) }]));
const known = { published, witnesses: named("witness").map(({ witness }) => witness), wanted: place.dataset.wanted };

const words = (name) => $(`template[data-step="${name}"]`).content.cloneNode(true);

function icon(holds) {
  return $(`template[data-icon="${holds === null ? "open" : holds ? "holds" : "fails"}"]`).content.cloneNode(true);
}

function show({ step, holds, about }) {
  const line = document.createElement("li");
  line.dataset.holds = holds;
  line.append(icon(holds), words(step));
  line.querySelector("code").textContent = about instanceof Date ? exact(about) : about;
  line.querySelector("code").hidden = !about;
  list.append(line);
}

function say(kind, detail = "") {
  verdict.replaceChildren(words(kind));
  verdict.className = `notice ${{ valid: "success", receipt: "info", partly: "info", unfetched: "info" }[kind] ?? "error"}`;
  verdict.querySelector("[data-detail]")?.append(detail);
  verdict.hidden = false;
}

// A moment to the second in UTC, as the certificate has it.
const exact = (moment) => `${new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" }).format(new Date(moment)).replace(" at ", ", ")} UTC`;

// The few words of a statement that say which Record it is; whatever else it says is in the file.
function tell(statement) {
  const said = statement.predicate;
  const facts = { Outcome: said.outcome.label, "Done by": said.operator.name, Surface: said.surface.name, Sealed: exact(said.crossings.at(-1).at) };
  told.replaceChildren();
  for (const [name, value] of Object.entries(facts)) {
    told.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
  }
  told.hidden = false;
}

async function compare(files, statement) {
  for (const file of files) {
    const digest = await digestOf(new Uint8Array(await file.arrayBuffer()));
    const found = statement?.subject.find((each) => each.digest.sha256 === digest);
    show({ step: found ? "evidence" : "stranger", holds: Boolean(found), about: `${file.name}: ${found?.name ?? digest}` });
  }
}

async function check(archive, others = []) {
  list.replaceChildren();
  told.hidden = verdict.hidden = true;
  let partly = false;
  try {
    for await (const each of steps(archive, known)) {
      show(each);
      partly ||= each.step === "unable";
      if (each.holds === false) return say("invalid");
    }
    const statement = statementIn(archive);
    if (statement) tell(statement);
    await compare(others, statement);
    say(list.querySelector('[data-holds="false"]') ? "other" : partly ? "partly" : statement ? "valid" : "receipt");
  } catch (fault) {
    say("unreadable", `${fault.name}: ${fault.message}`);
  }
}

async function take(files) {
  const chosen = [...files], zip = chosen.find((each) => each.name.toLowerCase().endsWith(".zip")) ?? chosen[0];
  if (zip) await check(new Uint8Array(await zip.arrayBuffer()), chosen.filter((each) => each !== zip));
}

async function fetched() {
  const answer = await fetch(place.dataset.receipt).catch(() => null);
  const receipt = answer?.ok && (await answer.arrayBuffer().catch(() => null));
  if (receipt) await check(new Uint8Array(receipt));
  else say("unfetched", answer ? `The house answered ${answer.status}.` : "The house did not answer.");
}

function begin() {
  if (!crypto.subtle) return say("nowhere");
  place.hidden = false;
  $("#chosen").addEventListener("change", (event) => take(event.target.files));
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  if (place.dataset.receipt) fetched();
}

begin();
