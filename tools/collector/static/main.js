// Starts the page: views, live stream, keys. Each view has a module of its own.
import { atMostEvery, byId, copy, getJson } from "./dom.js";
import { whole } from "./format.js";
import * as boards from "./boards.js";
import * as charts from "./charts.js";
import * as detail from "./detail.js";
import * as events from "./events.js";
import * as failed from "./failed.js";
import * as timeline from "./timeline.js";

const VIEWS = ["live", "events", "failed"];
let generation; // a number that the collector changes at each start and reset

// --- Views: #live, #events?board=…, #failed ---

function showView() {
  const [name, query] = location.hash.slice(1).split("?");
  const shown = VIEWS.includes(name) ? name : "live";
  for (const view of VIEWS) byId(view).hidden = view !== shown;
  for (const tab of document.querySelectorAll("nav button")) {
    tab.ariaCurrent = tab.dataset.view === shown ? "page" : null;
  }
  if (shown === "events") events.show(new URLSearchParams(query));
  else detail.close();
  if (shown === "failed") failed.show();
  if (shown === "live") charts.refresh();
}

function open(view, filters = {}) {
  const query = new URLSearchParams(filters).toString();
  location.hash = query ? `${view}?${query}` : view;
}

// --- What is stored, and what arrives ---

async function overview() {
  try {
    const found = await getJson("/micro/overview");
    boards.show(found.boards);
    charts.show(found);
    events.choices(found);
    showGuide(found);
  } catch (error) {
    showConnection(`not connected: ${error.message}`, true);
  }
}

const overviewSoon = atMostEvery(1000, overview);

// How to send the first event; and the faults that are simulated.
function showGuide({ addresses, faults, faulted }) {
  const address = addresses.board || addresses.listens;
  byId("curl").textContent = `curl '${location.origin}/i?e=se&p=iot&tv=curl&aid=desk`
    + "&se_ca=test&se_ac=hello&se_pr=temperature&se_va=21.5'";
  byId("config").textContent = `"collector": "${address}"`;
  byId("local").hidden = !addresses.loopback;
  byId("faults").hidden = !faults.length;
  byId("faults").textContent = `Simulating an outage: --fault ${faults.join(" --fault ")}. `
    + `${whole(faulted)} requests were affected so far.`;
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
  timeline.refresh();
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

// --- Keys ---

const KEYS = {
  1: () => open("live"),
  2: () => open("events"),
  3: () => open("failed"),
  "?": () => byId("keys").showModal(),
  "/": () => { open("events"); setTimeout(() => byId("filters").text.focus()); },
  j: () => events.step(1),
  k: () => events.step(-1),
  Escape: () => detail.close(),
  ArrowLeft: () => charts.move("left"),
  ArrowRight: () => charts.move("right"),
  "+": () => charts.move("in"),
  "-": () => charts.move("out"),
  0: () => charts.move("live"),
};

document.addEventListener("keydown", (press) => {
  const typing = press.target.matches("input, select, textarea");
  if (press.ctrlKey || press.metaKey || press.altKey || byId("keys").open) return;
  if (typing && press.key !== "Escape") return;
  if (!(press.key in KEYS)) return;
  press.preventDefault();
  KEYS[press.key]();
});

for (const tab of document.querySelectorAll("nav button")) {
  tab.addEventListener("click", () => open(tab.dataset.view));
}
for (const one of document.querySelectorAll(".copy")) {
  one.addEventListener("click", () => copy(one.previousElementSibling.textContent, one));
}
byId("keys-open").addEventListener("click", () => byId("keys").showModal());
addEventListener("hashchange", showView);
boards.listen((board) => charts.selectBoard(board), (board) => open("events", { board }));
timeline.listen((from, to) => open("events", { from, to }));
events.listen(open);
showView();
overview();
timeline.refresh();
connect();
setInterval(() => { boards.tick(); charts.tick(); }, 1000);
