// The charts of one board: what it measures, then what it tells about itself.
import * as boards from "./boards.js";
import { button, byId, getJson, make } from "./dom.js";
import { Chart } from "./chart.js";
import { events, whole } from "./format.js";
import { followNow, time, zoom } from "./range.js";
import { timeElement } from "./times.js";

const MAX_CHARTS = 60; // shown before the user asks for more
let board = null; // key of the board; null: no chart is shown
let limit = MAX_CHARTS;
let isFoldOpen = false;
let layout = ""; // of the charts in the document, to see whether it must change
let marks = []; // [at, "reboot" or "loss", number]
let marksAsked = ""; // for which board and time
const charts = new Map(); // id of a series -> Chart

const visibility = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const chart = charts.get(Number(target.dataset.series));
    if (chart) chart.setVisible(isIntersecting, time);
  }
}, { rootMargin: "300px" });

// Shows the charts of a board; null: none.
export function show(key) {
  if (board !== key) {
    visibility.disconnect();
    byId("charts").replaceChildren();
    charts.clear();
    [board, limit, layout, marks, marksAsked] = [key, MAX_CHARTS, "", [], ""];
  }
  if (key !== null) arrange();
}

function arrange() {
  const series = boards.seriesOfBoard(board);
  const wanted = series.slice(0, limit);
  const newLayout = `${limit} ${series.map((one) => one.id)}`;
  wanted.forEach((one, number) => {
    if (!charts.has(one.id)) charts.set(one.id, new Chart(one, number, zoom, currentMarks));
    charts.get(one.id).setNewest(one);
  });
  if (newLayout === layout) return;
  layout = newLayout;
  const figures = (isAbout) => wanted.filter((one) => boards.isAboutBoard(one) === isAbout)
    .map((one) => charts.get(one.id).figure);
  const more = series.length - wanted.length;
  const all = button("older", `Show ${more} more`, () => { limit = Infinity; arrange(); });
  visibility.disconnect();
  byId("charts").replaceChildren(
    make("div", "tiles", ...figures(false)), ...fold(figures(true)), ...(more ? [all] : []));
  for (const figure of byId("charts").querySelectorAll("figure")) visibility.observe(figure);
}

// Series about the board itself are hidden at first: its facts have the most important values.
function fold(figures) {
  if (!figures.length) return [];
  const details = make("details", null, make("summary", null, `The board itself (${figures.length})`),
    make("div", "tiles", ...figures));
  details.open = isFoldOpen;
  details.addEventListener("toggle", () => { isFoldOpen = details.open; });
  return [details];
}

// Adds the readings of new events to the charts.
export function add(events) {
  for (const { readings } of events) {
    for (const [id, at, value] of readings) charts.get(id)?.add(at, value);
  }
  tick();
}

export function tick() {
  if (board === null || document.hidden) return;
  followNow(boards.seriesOfBoard(board));
  loadMarks();
  for (const chart of charts.values()) chart.draw(time);
}

// The range was changed: all is loaded anew.
export function refresh() {
  loadMarks();
  for (const chart of charts.values()) chart.load(time);
}

export function repaint() {
  for (const chart of charts.values()) chart.repaint(time);
}

// --- Marks: reboots and losses ---

const currentMarks = () => marks.map(([at, kind]) => ({ second: at / 1000, kind }));

async function loadMarks() {
  const span = time.live ? `live ${Math.floor(Date.now() / 10000)}` : `${time.from} ${time.to}`;
  const asked = `${board} ${time.range} ${span}`;
  if (board === null || asked === marksAsked) return;
  marksAsked = asked;
  const query = { board, from: Math.floor(time.from), to: Math.ceil(time.to) };
  const found = await getJson("/micro/marks", query).catch(() => []);
  if (asked !== marksAsked) return;
  const changed = JSON.stringify(found) !== JSON.stringify(marks);
  marks = found;
  if (changed) for (const chart of charts.values()) chart.draw(time);
  showMarks();
}

function showMarks() {
  byId("marks").hidden = !marks.length;
  const shown = marks.slice(-10).reverse().map(([at, kind, number]) => make("li", kind, timeElement(at),
    kind === "loss" ? ` lost ${events(number)}` : ` reboot, number ${whole(number)}`));
  byId("marks").replaceChildren(...shown);
}
