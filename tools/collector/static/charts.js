// The charts of all series, and the range of time that all of them show.
import { button, byId, make } from "./dom.js";
import { titleOf } from "./boards.js";
import { moment } from "./format.js";
import { Chart } from "./chart.js";

const MAX_CHARTS = 60; // shown before the user asks for more
const MIN_RANGE_MS = 60 * 1000; // of the time shown
const ABOUT_BOARD = ["health", "clock", "loss"]; // events of a board about itself
const openFolds = new Set(); // keys of boards
let series = [];
let board = null; // key of the board whose series alone are shown, or null
let limit = MAX_CHARTS;
let layout = ""; // of the charts in the document, to see whether it must change
let isRangeDefault = true; // The user has not chosen a range of time yet
const charts = new Map(); // id of a series -> Chart
// In ms. live: it ends now and is so long as range, where 0 means: all.
const time = { range: 3600000, from: 0, to: 0, live: true };

const visibility = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const chart = charts.get(Number(target.dataset.series));
    if (chart) chart.setVisible(isIntersecting, time);
  }
}, { rootMargin: "300px" });

export function show(found) {
  byId("no-charts").hidden = found.charts;
  series = found.series;
  byId("charts-section").hidden = !series.length;
  if (!found.charts || !series.length) return;
  if (isRangeDefault && time.live) widen();
  arrange();
}

export function selectBoard(key) {
  board = key;
  arrange();
}

// Chooses a longer range where the newest reading is older than the default range.
function widen() {
  const age = Date.now() - Math.max(...series.map((one) => one.at));
  const ranges = [...byId("ranges").children].map((one) => Number(one.dataset.range));
  time.range = ranges.find((range) => range >= time.range && range > age) ?? 0;
  isRangeDefault = false;
  showRange();
}

function arrange() {
  const shown = series.filter((one) => !board || one.board === board);
  const wanted = shown.slice(0, limit);
  const newLayout = `${board} ${limit} ${shown.map((one) => one.id)}`;
  for (const one of wanted) {
    if (!charts.has(one.id)) charts.set(one.id, new Chart(one, zoom));
    charts.get(one.id).setNewest(one);
  }
  if (newLayout === layout) return;
  layout = newLayout;
  moveToNow();
  const keys = [...new Set(wanted.map((one) => one.board))];
  const parts = keys.flatMap((key) => {
    const ofBoard = wanted.filter((one) => one.board === key);
    const figures = (isAbout) => ofBoard
      .filter((one) => ABOUT_BOARD.includes(one.sensor) === isAbout)
      .map((one) => charts.get(one.id).figure);
    return [
      keys.length > 1 ? make("h3", null, titleOf(key)) : null,
      make("div", "tiles", ...figures(false)),
      fold(key, figures(true)),
    ];
  });
  const more = shown.length - wanted.length;
  const all = button("older", `Show ${more} more`, () => { limit = Infinity; arrange(); });
  visibility.disconnect();
  byId("charts").replaceChildren(...parts.filter(Boolean), ...(more ? [all] : []));
  for (const figure of byId("charts").querySelectorAll("figure")) visibility.observe(figure);
}

// Series about the board itself are hidden at first: its card has the most important values.
function fold(key, figures) {
  if (!figures.length) return null;
  const details = make("details", null, make("summary", null, `The board itself (${figures.length})`),
    make("div", "tiles", ...figures));
  details.open = openFolds.has(key);
  details.addEventListener("toggle", () => {
    if (details.open) openFolds.add(key);
    else openFolds.delete(key);
  });
  return details;
}

// Adds the readings of new events to the charts.
export function add(events) {
  const known = new Set(series.map((one) => one.id));
  for (const { readings } of events) {
    for (const [id, at, value] of readings) {
      if (known.has(id)) charts.get(id)?.add(at, value);
    }
  }
  tick();
}

// --- The range of time ---

function moveToNow() {
  if (!time.live) return;
  const now = Date.now();
  const shown = series.filter((one) => !board || one.board === board);
  const first = Math.min(now, ...shown.map((one) => one.first ?? now));
  time.to = now;
  time.from = Math.min(Math.max(first, time.range ? now - time.range : first), now - MIN_RANGE_MS);
}

export function tick() {
  if (byId("live").hidden || document.hidden || !series.length) return;
  moveToNow();
  for (const chart of charts.values()) chart.draw(time);
}

export function refresh() {
  moveToNow();
  for (const chart of charts.values()) chart.load(time);
}

function zoom(from, to) {
  if (from === null) return live();
  if (to - from < 1000) return;
  Object.assign(time, { from, to, live: false });
  isRangeDefault = false;
  showRange();
  refresh();
}

function live(range = time.range) {
  Object.assign(time, { range, live: true });
  isRangeDefault = false;
  showRange();
  refresh();
}

export function move(direction) {
  if (byId("live").hidden || !series.length) return;
  moveToNow();
  const { from, to } = time;
  const width = to - from;
  if (direction === "live") live();
  else if (direction === "left") zoom(from - width / 4, to - width / 4);
  else if (direction === "right") zoom(from + width / 4, to + width / 4);
  else if (direction === "in") zoom(from + width / 4, to - width / 4);
  else zoom(from - width / 2, to + width / 2);
}

function showRange() {
  for (const one of byId("ranges").children) {
    one.ariaPressed = String(time.live && Number(one.dataset.range) === time.range);
  }
  const now = byId("moves").querySelector("[data-move=live]");
  now.disabled = time.live;
  byId("charts").ariaLabel = time.live ? "" : `${moment(time.from)} to ${moment(time.to)}`;
}

byId("ranges").addEventListener("click", ({ target }) => {
  if (target.dataset.range) live(Number(target.dataset.range));
});
byId("moves").addEventListener("click", ({ target }) => {
  if (target.dataset.move) move(target.dataset.move);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts.values()) chart.repaint(time);
});
showRange();
