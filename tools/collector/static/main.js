// Starts the page: the views, the live stream, the keys. Each view is a module of its own.
import { ask, by, copy, paced } from "./dom.js";
import { whole } from "./format.js";
import * as boards from "./boards.js";
import * as charts from "./charts.js";
import * as detail from "./detail.js";
import * as events from "./events.js";
import * as failed from "./failed.js";
import * as timeline from "./timeline.js";

const VIEWS = ["live", "events", "failed"];
let generation;
let shown = "";

// --- Views: #live, #events?board=…, #failed ---

function go() {
  const [name, query] = location.hash.slice(1).split("?");
  shown = VIEWS.includes(name) ? name : "live";
  for (const view of VIEWS) by(view).hidden = view !== shown;
  for (const tab of document.querySelectorAll("nav button")) {
    tab.ariaCurrent = tab.dataset.view === shown ? "page" : null;
  }
  if (shown === "events") events.show(new URLSearchParams(query));
  else detail.close();
  if (shown === "failed") failed.show();
  if (shown === "live") charts.refresh();
}

export function open(view, filters = {}) {
  const query = new URLSearchParams(filters).toString();
  location.hash = query ? `${view}?${query}` : view;
}

// --- What is there, and what comes ---

async function overview() {
  try {
    const found = await ask("/micro/overview");
    boards.show(found.boards);
    charts.show(found, boards.selected());
    events.choices(found);
    guide(found);
  } catch (error) {
    link(`not connected: ${error.message}`, true);
  }
}

const overviewSoon = paced(1000, overview);

function guide({ addresses, faults, faulted }) {
  const address = addresses.board || addresses.listens;
  by("curl").textContent = `curl '${location.origin}/i?e=se&p=iot&tv=curl&aid=desk`
    + "&se_ca=test&se_ac=hello&se_pr=temperature&se_va=21.5'";
  by("config").textContent = `"collector": "${address}"`;
  by("local").hidden = !addresses.loopback;
  by("faults").hidden = !faults.length;
  by("faults").textContent = `Rehearsing an outage: --fault ${faults.join(" --fault ")}. `
    + `${whole(faulted)} requests were answered so.`;
}

function count({ good, bad, total, generation: now }) {
  by("good").textContent = whole(good);
  by("bad").textContent = whole(bad);
  by("counts").classList.toggle("trouble", bad > 0);
  by("failed-count").hidden = !bad;
  by("failed-count").textContent = whole(bad);
  document.title = bad ? `(${bad} bad) Collector` : "Collector";
  by("empty").hidden = total > 0;
  by("arrivals").hidden = !total;
  if (generation && generation !== now) location.reload(); // A reset, or another collector
  generation = now;
}

let waiting = [];

function take() {
  const news = waiting;
  waiting = [];
  events.add(news);
  failed.add(news);
  charts.add(news);
  timeline.refresh();
  overviewSoon();
}

const takeSoon = paced(150, take);

function link(text, trouble) {
  by("link").textContent = text;
  by("link").classList.toggle("waiting", trouble);
}

function listen() {
  // The browser connects again by itself, and tells the last id that it has seen.
  const stream = new EventSource("/micro/stream");
  stream.addEventListener("open", () => link("live", false));
  stream.addEventListener("error", () => link("not connected: is the collector running?", true));
  stream.addEventListener("counts", (message) => count(JSON.parse(message.data)));
  stream.addEventListener("message", (message) => {
    waiting.push(JSON.parse(message.data));
    takeSoon();
  });
}

// --- Keys ---

const KEYS = {
  1: () => open("live"),
  2: () => open("events"),
  3: () => open("failed"),
  "?": () => by("keys").showModal(),
  "/": () => { open("events"); setTimeout(() => by("filters").text.focus()); },
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
  if (press.ctrlKey || press.metaKey || press.altKey || by("keys").open) return;
  if (typing && press.key !== "Escape") return;
  if (!(press.key in KEYS)) return;
  press.preventDefault();
  KEYS[press.key]();
});

for (const tab of document.querySelectorAll("nav button")) {
  tab.addEventListener("click", () => open(tab.dataset.view));
}
for (const knob of document.querySelectorAll(".copy")) {
  knob.addEventListener("click", () => copy(knob.previousElementSibling.textContent, knob));
}
by("keys-open").addEventListener("click", () => by("keys").showModal());
addEventListener("hashchange", go);
boards.listen((board) => charts.choose(board), (board) => open("events", { board }));
timeline.listen((from, to) => open("events", { from, to }));
events.listen(open);
go();
overview();
timeline.refresh();
listen();
setInterval(() => { boards.tick(); charts.tick(); }, 1000);
