// The week's grid: a card that is dropped on a cell opens the page that asks, as its link does; arrow keys move between the cells.
const week = document.querySelector("[data-week]");
const cells = [...week.querySelectorAll("td[data-who]")];
const wide = cells.length ? cells[0].parentElement.querySelectorAll("td").length : 0;
let dragged = "";

function at(cell) {
  for (const each of cells) each.tabIndex = each === cell ? 0 : -1;
}

function put(cell) {
  const query = new URLSearchParams({ card: dragged, who: cell.dataset.who, day: cell.dataset.day, next: week.dataset.next });
  location.assign(`${week.dataset.put}?${query}`);
}

week.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card) return;
  dragged = card.dataset.card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged);
});
week.addEventListener("dragend", () => {
  dragged = "";
  week.querySelector(".target")?.classList.remove("target");
});
for (const cell of cells) {
  cell.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    week.querySelector(".target")?.classList.remove("target");
    cell.classList.add("target");
  });
  cell.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    put(cell);
  });
}
week.addEventListener("keydown", (event) => {
  const place = cells.indexOf(event.target);
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[event.key];
  if (place < 0 || !by || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = Math.floor(place / wide);
  const next = cells[place + by];
  if (!next || (Math.abs(by) === 1 && Math.floor((place + by) / wide) !== row)) return;
  event.preventDefault();
  at(next);
  next.focus();
});
if (cells.length) at(cells[0]);
