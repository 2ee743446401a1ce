// The keyboard of the Console and the Task Inbox. A key leads to a page or moves the focus; nothing is ever done by it.
// What it works on is marked in the page: [data-go] where a key leads, [data-rows] a list, [data-row-key] the doors of its rows.

const OFF = "qtm-keys-off", WAY = "qtm-row";
const on = () => localStorage.getItem(OFF) === null;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const shown = (element) => element.checkVisibility({ visibilityProperty: true });

// Lists: the row that has the focus is the row that is meant; screen readers follow it there by themselves.

const rows = () => all("[data-rows] > .row");
const link = (row) => row.querySelector("a.go");
const rowOf = (element) => element?.closest?.("[data-rows] > .row");
let last = null;
document.addEventListener("focusin", (event) => { last = rowOf(event.target) ?? last; });
const current = () => rowOf(document.activeElement) ?? (last?.isConnected ? last : null) ?? rows()[0];

function move(step) {
  const list = rows(), at = list.indexOf(rowOf(document.activeElement) ?? last);
  if (at + step >= list.length) return document.querySelector("a[rel=next]")?.focus();
  const row = at < 0 ? list[0] : list[Math.max(at + step, 0)];
  if (row) { link(row).focus(); row.scrollIntoView({ block: "nearest" }); }
}

// After a confirmation one comes back to the list, on the row that followed the one that was dealt with.

function remember(row) {
  sessionStorage.setItem(WAY, JSON.stringify({ page: location.pathname, order: rows().map((each) => link(each).id) }));
  return `${location.pathname}${location.search}#${link(row).id}`;
}

function comeBack() {
  const id = location.hash.slice(1);
  if (!rows().length) return document.querySelector(".empty a")?.focus();
  if (!id.startsWith("case-")) return;
  const way = JSON.parse(sessionStorage.getItem(WAY) ?? "null");
  const order = way?.page === location.pathname ? way.order : [];
  const after = [id, ...order.slice(order.indexOf(id) + 1)].map((each) => document.getElementById(each)).find(Boolean);
  (after ?? link(rows()[0])).focus();
}

// Choosing: the box above ticks all of this page, and says whether that is none, some or all.

const bar = document.getElementById("bulk");
const boxes = () => all(".pick input");
let from = null;

function count() {
  const ticked = boxes().filter((box) => box.checked).length, every = bar.querySelector("[value=all]").checked;
  const head = bar.querySelector("[data-all]");
  head.checked = every || ticked === boxes().length;
  head.indeterminate = !every && ticked > 0 && ticked < boxes().length;
  bar.querySelector("[data-ticked]").textContent = `Those ticked: ${ticked} of ${boxes().length} here`;
  document.body.classList.toggle("all-chosen", every);
}

if (bar) {
  bar.querySelector("[data-all]").closest("label").hidden = false;
  document.addEventListener("change", (event) => {
    const ticked = bar.querySelector("[value=ticked]");
    if (event.target.matches("[data-all]")) {
      ticked.checked = true;
      for (const box of boxes()) box.checked = event.target.checked;
    } else if (event.target.closest(".pick")) ticked.checked = true;
    count();
  });
  addEventListener("pageshow", count);
  count();
}

function choose(upTo) {
  const list = boxes(), box = current()?.querySelector(".pick input");
  if (!box) return;
  const start = upTo && from?.isConnected ? list.indexOf(from) : list.indexOf(box);
  const [low, high] = [start, list.indexOf(box)].sort((one, other) => one - other);
  const to = upTo && from ? from.checked : !box.checked;
  for (const each of list.slice(low, high + 1)) each.checked = to;
  from = box;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

// What works here: each key with its words and what it leads to.

function lead(element) {
  if (element.dataset.door) location.assign(element.dataset.door);
  else element.click();
}

const ofMany = (key) => bar?.querySelector(`[data-many-key="${key}"]`);

function door(key, verb) {
  const many = bar && (bar.querySelector("[value=all]").checked || boxes().some((box) => box.checked));
  const button = many && ofMany(key);
  if (button) return bar.requestSubmit(button);
  const row = current();
  if (row) location.assign(`/cases/${link(row).id.replace("case-", "")}/to/${verb}?next=${encodeURIComponent(remember(row))}`);
}

function works() {
  const found = new Map();
  const box = all("input[type=search]").find(shown);
  if (box) found.set("/", ["Search", () => { box.focus(); box.select(); }]);
  if (rows().length) {
    found.set("j", ["The next row", () => move(1)]).set("k", ["The row before", () => move(-1)]);
    found.set("o", ["Open the row", () => { remember(current()); link(current()).click(); }]);
    if (bar) found.set("x", ["Tick the row", () => choose(false)]).set("X", ["Tick all from the last one to this", () => choose(true)]);
    for (const each of all("[data-row-key]")) found.set(each.dataset.rowKey, [`${each.textContent}, for ${ofMany(each.dataset.rowKey) ? "the row or for what is ticked" : "the row"}`, () => door(each.dataset.rowKey, each.dataset.verb)]);
  }
  for (const each of all("[data-go]").filter(shown)) if (!found.has(each.dataset.go)) {
    found.set(each.dataset.go, [each.dataset.label ?? each.textContent.trim(), () => lead(each)]);
  }
  return found.set("?", ["What works here", help]);
}

const said = (tag, words, more = {}) => Object.assign(document.createElement(tag), { textContent: words, ...more });

function help() {
  const dialog = document.createElement("dialog"), list = document.createElement("dl");
  for (const [key, [words]] of works()) list.append(said("dt", ""), said("dd", words)), list.lastChild.previousSibling.append(said("kbd", key === "Escape" ? "Esc" : key));
  const label = said("label", "", { className: "tick" }), tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: on() });
  tick.addEventListener("change", () => (tick.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "yes")));
  label.append(tick, said("span", "Single keys work on this device"));
  const form = Object.assign(document.createElement("form"), { method: "dialog" });
  form.append(said("button", "Close", { className: "press soft fit", autofocus: true }));
  dialog.append(said("h2", "Keys that work here", { id: "keys-title" }), list, said("p", "A key opens a page or moves; what it opens is pressed there.", { className: "quiet" }), label, form);
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const TYPES = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!on() || event.target.closest(TYPES) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  const deed = works().get(event.key);
  if (!deed) return;
  event.preventDefault();
  deed[1]();
});

// Also for who has turned the keys off: the way to turn them on again, and to see them without knowing "?".
const rail = document.querySelector(".rail-queues, .door-form");
if (rail) {
  const button = said("button", "Keys", { type: "button", className: "keys-open" });
  button.append(" ", said("kbd", "?"));
  button.addEventListener("click", help);
  rail.append(button);
}

comeBack();
const form = document.querySelector("main > .door-form, .at-door .door-form");
// What stands beside a case is read before anything is pressed: on a phone the page does not scroll past it.
if (form && !document.querySelector("[autofocus]")) form.querySelector("[data-focus], input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
