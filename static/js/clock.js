// Lets the clocks of a page run. What they count is absolute moments of the house, so that a reload, a night or a kept page change nothing.
const { at, kept } = document.body.dataset;

// By how much this phone's clock is ahead of the house's, as last seen on a page that came fresh.
if (kept === undefined) localStorage.setItem("qtm-ahead", String(Date.now() - Date.parse(at)));
const now = () => Date.now() - Number(localStorage.getItem("qtm-ahead") ?? 0);

export function lasted(seconds) {
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60), two = (number) => String(number).padStart(2, "0");
  return `${hours}:${two(minutes)}:${two(Math.floor(seconds % 60))}`;
}

function tick() {
  for (const hand of document.querySelectorAll("[data-running-since]")) {
    const since = Date.parse(hand.dataset.runningSince), seconds = Number(hand.dataset.before) + Math.max(0, (now() - since) / 1000);
    hand.textContent = lasted(seconds);
  }
  for (const notice of document.querySelectorAll("[data-clock] .as-of")) notice.hidden = true;
}

// What was pressed without network runs from when it was pressed, by this phone's own clock.
export function runAhead(item) {
  const box = document.querySelector("[data-clock-ahead]");
  if (!box) return;
  box.hidden = !item;
  for (const other of document.querySelectorAll("[data-clock] .runs")) other.hidden = !!item;
  if (!item) return;
  box.querySelector("dt").textContent = item.verb === "pause" ? "Paused" : "Worked";
  const hand = box.querySelector("time");
  hand.dataset.before = "0";
  hand.dataset.runningSince = new Date(Date.parse(item.said_at) - Number(localStorage.getItem("qtm-ahead") ?? 0)).toISOString();
  tick();
}

setInterval(tick, 1000);
tick();
