// One quantity of several boards in one chart. The address has the quantity, its unit, the boards.
import * as address from "./address.js";
import * as boards from "./boards.js";
import { byId, getJson, make } from "./dom.js";
import { unitOf, withUnit } from "./format.js";
import { COLOURS, createPlot, hasLibrary, loadLibrary } from "./plot.js";
import { columns, empty, insert, MAX_READINGS } from "./readings.js";
import { followNow, time, zoom } from "./range.js";
import { moment } from "./times.js";

const HEIGHT = 380;
const MAX_LINES = 2 * COLOURS; // then colours with dashes are used up too
const DEFAULT_LINES = COLOURS;
let data = new Map(); // id of a series -> its readings; null: they are being loaded
let late = []; // [id, at, value] that arrive meanwhile
let shown = []; // series with a line
let drawnLines = ""; // of the plot
let isChanged = false;
let legend = ""; // what the legend was made of
let isPointedAt = false;
let plot = null;

const unitText = (one) => unitOf(one) ?? "";
const idOf = (one) => JSON.stringify([one.quantity, unitText(one)]);

// The quantities that several boards have, as choices of the select on the view Live.
export function choices() {
  const found = new Map(); // id -> set of boards
  for (const one of boards.allSeries()) {
    if (boards.isAboutBoard(one) && one.sensor !== "health") continue;
    if (!found.has(idOf(one))) found.set(idOf(one), new Set());
    found.get(idOf(one)).add(one.board);
  }
  const ids = [...found].filter(([, keys]) => keys.size > 1).map(([id]) => id).sort();
  const select = byId("compare-with");
  select.hidden = !ids.length;
  if (ids.join() === select.dataset.ids) return;
  select.dataset.ids = ids.join();
  const options = ids.map((id) => new Option(JSON.parse(id)[0], id));
  select.replaceChildren(new Option("Compare …", ""), ...options);
}

// All series of the quantity, in the order of the boards' titles.
export function series() {
  const id = JSON.stringify([address.get("quantity") ?? "", address.get("unit") ?? ""]);
  return boards.allSeries().filter((one) => idOf(one) === id)
    .sort((a, b) => boards.byTitle({ key: a.board }, { key: b.board }) || a.id - b.id);
}

export function show() {
  const all = series();
  const chosen = address.get("series");
  const ids = chosen === null ? all.slice(0, DEFAULT_LINES).map((one) => one.id)
    : chosen.split(",").map(Number);
  shown = all.filter((one) => ids.includes(one.id)).slice(0, MAX_LINES);
  byId("compare-title").textContent = `${address.get("quantity") ?? "?"} of several boards`;
  byId("compare-none").hidden = all.length > 0;
  const wanted = JSON.stringify(all.map((one) => [one.id, shown.indexOf(one), nameOf(one)]));
  if (wanted !== legend) byId("compare-legend").replaceChildren(...all.map((one) => choice(one)));
  legend = wanted;
  if (!isPointedAt) showValues(all.map((one) => [one, one.value]));
  for (const one of shown) if (!data.has(one.id)) load(one);
  draw();
}

function choice(one) {
  const place = shown.indexOf(one);
  const box = make("input");
  box.type = "checkbox";
  box.checked = place >= 0;
  box.disabled = place < 0 && shown.length >= MAX_LINES;
  box.addEventListener("change", () => {
    const ids = shown.filter((other) => other.id !== one.id).map((other) => other.id);
    if (box.checked) ids.push(one.id);
    address.change({ series: ids.join(",") || "0" }, "lines");
  });
  const chip = make("span", `chip-line chart-${place % COLOURS}${place >= COLOURS ? " dashed" : ""}`);
  const value = make("span", "value");
  value.dataset.series = one.id;
  const label = make("label", null, box, place >= 0 ? chip : null, make("span", null, nameOf(one)));
  return make("li", null, label, value);
}

function nameOf(one) {
  const others = boards.seriesOfBoard(one.board).filter((other) => idOf(other) === idOf(one));
  return boards.titleOf(one.board) + (others.length > 1 ? ` · ${one.sensor}` : "");
}

function showValues(pairs) {
  for (const [one, value] of pairs) {
    const element = byId("compare-legend").querySelector(`[data-series="${one.id}"]`);
    if (element) element.textContent = typeof value === "number" ? withUnit(value, unitOf(one)) : "–";
  }
}

async function load(one) {
  const into = data; // An answer for another range goes into the map of that
  into.set(one.id, null);
  const found = await getJson(`/micro/readings/${one.id}`, {
    from: Math.floor(time.from), to: Math.ceil(time.to + 1000), points: 600,
  }).catch(() => empty());
  if (into === data) {
    for (const [id, at, value] of late) if (id === one.id) insert(found, at, value);
    late = late.filter(([id]) => id !== one.id);
  }
  into.set(one.id, found);
  await loadLibrary().catch(() => {}); // The header says that the collector does not answer
  isChanged = true;
  draw();
}

// The range was changed.
export function refresh() {
  data = new Map();
  late = [];
  show();
}

export function add(events) {
  for (const { readings } of events) {
    for (const [id, at, value] of readings) {
      if (data.get(id) === null) late.push([id, at, value]);
      if (!data.get(id)) continue;
      insert(data.get(id), at, value);
      isChanged = true;
    }
  }
  tick();
}

export function tick() {
  if (byId("compare").hidden || document.hidden) return;
  followNow(shown);
  for (const one of shown) if (data.get(one.id)?.at.length > MAX_READINGS) load(one);
  draw();
}

function draw() {
  const loaded = shown.filter((one) => data.get(one.id));
  const lines = loaded.map((one) => one.id).join();
  if (lines !== drawnLines) repaint();
  if (!loaded.length || !hasLibrary()) return;
  if (!plot) {
    plot = createPlot(byId("compare-plot"), joined(loaded), {
      height: HEIGHT,
      unit: unitOf(loaded[0]),
      colours: loaded.map((one) => shown.indexOf(one)),
      bands: false,
      onZoom: zoom,
      onCursor: (now) => point(now, loaded),
    });
    drawnLines = lines;
  } else if (isChanged) plot.setData(joined(loaded), false);
  isChanged = false;
  plot.setScale("x", { min: time.from / 1000, max: time.to / 1000 });
}

// The columns of all series over the times of all: a gap is null, a time of another is undefined.
const joined = (loaded) => uPlot.join(loaded.map((one) => columns(data.get(one.id)).slice(0, 2)));

// The values under the pointer, in the legend.
function point({ cursor, data: drawn }, loaded) {
  isPointedAt = cursor.idx !== null && cursor.idx !== undefined && cursor.left >= 0;
  byId("compare-when").textContent = isPointedAt ? moment(drawn[0][cursor.idx] * 1000) : "newest values";
  showValues(loaded.map((one, i) => {
    let at = cursor.idx;
    while (isPointedAt && at > 0 && drawn[i + 1][at] === undefined) at -= 1;
    return [one, isPointedAt ? drawn[i + 1][at] : one.value];
  }));
}

export function repaint() {
  plot?.destroy();
  plot = null;
  drawnLines = "";
}

new ResizeObserver(([entry]) => {
  plot?.setSize({ width: entry.target.clientWidth, height: HEIGHT });
}).observe(byId("compare-plot"));
byId("compare-with").addEventListener("change", ({ target }) => {
  const [quantity, unit] = JSON.parse(target.value);
  target.value = "";
  address.open("compare", { quantity, ...(unit && { unit }) });
});
