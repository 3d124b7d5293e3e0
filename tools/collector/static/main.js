// Starts the page: views, live stream. Each view has a module of its own. The server joins all
// modules that this one imports, and those that they import, as modules.js.
import * as address from "./address.js";
import * as board from "./board.js";
import * as boardList from "./board_list.js";
import * as boards from "./boards.js";
import * as alarms from "./alarms.js";
import * as charts from "./charts.js";
import * as compare from "./compare.js";
import { atMostEvery, byId, copy, getJson } from "./dom.js";
import * as events from "./events.js";
import * as failed from "./failed.js";
import "./forward.js";
import { showGuide } from "./guide.js";
import { whole } from "./format.js";
import "./keys.js";
import * as range from "./range.js";
import * as settings from "./settings.js";
import { when } from "./times.js";
import * as timeline from "./timeline.js";

const VIEWS = ["live", "board", "compare", "events", "failed"];
const TABS = { board: "live", compare: "live" }; // views without a tab of their own -> that of which
let generation; // a number that the collector changes at each start and reset
let hasCharts = true; // The chart library is installed
let shownView = null;
let shownRange = null;
let shownKey = null; // key of the board whose page is shown

// --- Views: #live, #board?board=…, #compare?quantity=…, #events?board=…, #failed ---

// The board whose charts are shown: that of its page, or in Live the only one.
function boardShown() {
  const [view, query] = address.current();
  if (view === "board") return query.get("board") ?? "";
  return ["live", ""].includes(view) && boards.count() === 1 ? boards.keys()[0] : null;
}

function showView() {
  const [name, query] = address.current();
  const view = VIEWS.includes(name) ? name : "live";
  const key = boardShown();
  for (const one of VIEWS) byId(one).hidden = one !== view;
  byId("board").hidden = key === null;
  byId("board").classList.toggle("inline", view === "live");
  for (const tab of document.querySelectorAll("nav button")) {
    tab.ariaCurrent = tab.dataset.view === (TABS[view] ?? view) ? "page" : null;
  }
  const isNew = shownView !== null && view !== shownView;
  if (view === "events") events.show(query);
  else events.leave();
  if (view === "failed" && (isNew || shownView === null)) failed.show();
  if (view === "live") timeline.refresh();
  shownView = view;
  showData();
  if (view === "live") for (const link of document.querySelectorAll(".to-live")) link.href = location.hash || "#live";
  const before = shownKey;
  shownKey = view === "board" ? key : null;
  if (!isNew) return;
  scrollTo(0, 0);
  if (view === "board") board.focus();
  else if (view === "compare") byId("compare-title").focus();
  else if (view === "live" && before !== null && boardList.reveal(before)) return;
  else if (isFocusLost()) byId(view).focus({ preventScroll: true });
}

// What had the focus, if anything, is not shown any more.
const isFocusLost = () => document.activeElement === document.body || !document.activeElement?.checkVisibility();

// What depends on boards and series: cards, the page of a board, charts.
function showData() {
  const [view, query] = address.current();
  const key = boardShown();
  if (shownView === "live") boardList.update();
  const isCompare = view === "compare";
  const series = isCompare ? compare.series() : boards.seriesOfBoard(key);
  byId("charts-section").hidden = !series.length || isCompare;
  const place = byId(isCompare ? "compare-plot" : "charts-section");
  if (byId("time-bar").nextElementSibling !== place) place.before(byId("time-bar"));
  byId("time-bar").hidden = !series.length || !hasCharts;
  byId("no-charts").hidden = hasCharts;
  range.update(series);
  if (key !== null) board.show(key); // After that, since it has links with the range
  const wanted = [view, key, query.get("from"), query.get("to"), query.get("range")].join(" ");
  const isRangeNew = wanted !== shownRange;
  if (series.length) shownRange = wanted;
  if (!hasCharts) return;
  charts.show(isCompare ? null : key);
  if (isCompare) compare[isRangeNew ? "refresh" : "show"]();
  else if (isRangeNew) charts.refresh();
}

// --- What is stored, and what arrives ---

async function overview() {
  try {
    const found = await getJson("/micro/overview");
    const [before, areNew] = [boardShown(), !boards.count()];
    hasCharts = found.charts;
    boards.update(found);
    events.choices(found);
    compare.choices();
    showAlarms();
    checkAlarms();
    showGuide(found);
    if (areNew && shownView === "failed") failed.show(); // Its boards have titles now
    if (boardShown() === before) showData();
    else showView();
  } catch (error) {
    showConnection(`not connected: ${error.message}`, true);
  }
}

const overviewSoon = atMostEvery(1000, overview);

// The alarms of all boards: one limit for each quantity.
function showAlarms() {
  const series = [...new Map(boards.keys().flatMap(boards.measured).map((one) => [one.quantity, one])).values()];
  const layout = series.map((one) => one.quantity).join();
  byId("all-alarms").hidden = boards.count() < 2;
  if (byId("all-alarm-form").dataset.layout === layout) return;
  byId("all-alarm-form").dataset.layout = layout;
  byId("all-alarm-form").replaceChildren(alarms.editor(null, series));
}

function checkAlarms() {
  for (const key of boards.keys()) {
    alarms.notify(key, boards.titleOf(key), boards.problems(boards.find(key)));
  }
}

function showCounts({ good, bad, total, generation: now }) {
  byId("good").textContent = whole(good);
  byId("bad").textContent = whole(bad);
  byId("counts").classList.toggle("trouble", bad > 0);
  byId("failed-count").hidden = !bad;
  byId("failed-count").textContent = whole(bad);
  document.title = bad ? `(${bad} bad) Collector` : "Collector";
  byId("empty").hidden = total > 0;
  byId("arrivals").hidden = !total;
  events.setTotal(total);
  if (generation && generation !== now) location.reload(); // Reset or restarted
  generation = now;
}

let arrived = []; // events that the views do not have yet

function addArrived() {
  const news = arrived;
  arrived = [];
  events.add(news);
  failed.add(news);
  charts.add(news);
  compare.add(news);
  if (!byId("live").hidden) timeline.refresh();
  overviewSoon();
}

const addArrivedSoon = atMostEvery(150, addArrived);

function showConnection(text, isBroken) {
  byId("link").textContent = text;
  byId("link").classList.toggle("waiting", isBroken);
}

function connect() {
  // The browser connects again by itself, and then sends the last id that it has received.
  const stream = new EventSource("/micro/stream");
  stream.addEventListener("open", () => showConnection("live", false));
  stream.addEventListener("error", () => showConnection("not connected: is the collector running?", true));
  stream.addEventListener("counts", (message) => showCounts(JSON.parse(message.data)));
  stream.addEventListener("message", (message) => {
    arrived.push(JSON.parse(message.data));
    addArrivedSoon();
  });
}

// --- The start ---

function repaint() {
  charts.repaint();
  compare.repaint();
}

function tick() {
  boardList.tick();
  board.tick();
  charts.tick();
  compare.tick();
  for (const one of document.querySelectorAll("time[data-at]")) {
    const text = when(Number(one.dataset.at));
    if (one.textContent !== text) one.textContent = text;
  }
  if (!byId("time-bar").hidden) range.show();
}

for (const tab of document.querySelectorAll("nav button")) {
  tab.addEventListener("click", () => address.open(tab.dataset.view));
}
for (const one of document.querySelectorAll(".copy")) {
  one.addEventListener("click", () => copy(one.previousElementSibling.textContent, one));
}
byId("copy-link").addEventListener("click", ({ target }) => copy(location.href, target));
byId("nothing-guide").addEventListener("click", () => address.open("live"));
history.scrollRestoration = "manual"; // Else Back scrolls before what it shows is there
address.listen(showView);
settings.onChange(() => {
  repaint();
  showView();
  events.redraw();
  if (shownView === "failed") failed.show();
  timeline.refresh();
});
document.addEventListener("theme", repaint);
new ResizeObserver(([{ target }]) => { // Other parts stick below it
  document.documentElement.style.setProperty("--header", `${target.offsetHeight}px`);
}).observe(document.querySelector("body > header"));
showView();
overview();
timeline.refresh();
connect();
setInterval(tick, 1000);
setInterval(() => { // Boards fall silent
  if (shownView === "live") boardList.update();
  checkAlarms();
}, 5000);
