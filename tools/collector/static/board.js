// The page of one board: facts, charts, alarms, its newest events. Live shows it for a lone board.
import * as address from "./address.js";
import * as alarms from "./alarms.js";
import * as boards from "./boards.js";
import { factList, problemList } from "./board_list.js";
import { atMostEvery, button, byId, getJson, make } from "./dom.js";
import { events } from "./format.js";
import { time } from "./range.js";
import { ago, moment, timeElement } from "./times.js";

const EVENTS = 8; // the newest ones
const UPDATES_MS = 10000; // after which the updates are asked for again
let shown = null; // key of the board
let alarmsOf = ""; // the series whose alarms the form has
let updates = []; // what the board last reported of releases and configs by air
let updatesAsked = 0; // when

const ABOUT = {
  id: "Id", model: "Model", port: "Port", firmware: "Firmware", release: "Release", app_id: "App",
  tracker: "Tracker",
};

export function show(key) {
  const isNew = shown !== key;
  shown = key;
  const board = boards.find(key);
  byId("board-title").textContent = boards.titleOf(key);
  byId("board-unknown").hidden = Boolean(board) || !boards.count();
  for (const id of ["board-about", "board-events", "board-alarms"]) byId(id).hidden = !board;
  if (!board) return;
  tick();
  if (isNew) updates = [];
  showAbout(board);
  const series = boards.measured(key);
  const layout = `${key} ${series.map((one) => one.id)}`;
  if (layout !== alarmsOf) byId("board-alarm-form").replaceChildren(alarms.editor(key, series));
  alarmsOf = layout;
  if (isNew) byId("board-rows").replaceChildren();
  loadEvents();
  if (isNew || Date.now() - updatesAsked > UPDATES_MS) loadUpdates();
}

function showAbout(board) {
  byId("board-about").replaceChildren(...[
    problemList(boards.problems(board)), about(board), factList(board),
  ].filter(Boolean));
}

export function focus() {
  byId("board-title").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function about(board) {
  const found = Object.entries(ABOUT).filter(([key]) => board[key]).map(([key, label]) => [label, board[key]]);
  for (const { kind, version, step, reason, at } of updates) {
    const text = [`${version === null ? "" : `version ${version} `}${step}`, reason, moment(at)];
    found.push([`${kind === "config" ? "Config" : "Release"} by air`, text.filter(Boolean).join(", ")]);
  }
  found.push(["First event", moment(board.first)], ["Stored", events(board.good + board.bad)]);
  return make("dl", "facts wide", ...found.map(([label, text]) =>
    make("div", null, make("dt", null, label), make("dd", null, text))));
}

const loadEvents = atMostEvery(500, async () => {
  const key = shown;
  const found = await getJson("/micro/list", { board: key, limit: EVENTS }).catch(() => null);
  if (!found || key !== shown || byId("board-rows").contains(document.activeElement)) return;
  byId("board-rows").replaceChildren(...found.map((event) => {
    const line = button("line", "", () => address.open("events", { board: key, event: event.id }));
    line.append(timeElement(event.received), `  ${event.good ? "" : "bad: "}${event.name ?? ""}  ${event.text}`);
    return make("li", null, line);
  }));
});

async function loadUpdates() {
  const key = shown;
  updatesAsked = Date.now();
  const found = await getJson("/micro/firmware", { board: key }).catch(() => null);
  if (!found || key !== shown || JSON.stringify(found) === JSON.stringify(updates)) return;
  updates = found;
  if (boards.find(key)) showAbout(boards.find(key));
}

export function tick() {
  const board = boards.find(shown);
  const query = new URLSearchParams({
    format: "csv", board: shown ?? "", from: Math.floor(time.from), to: Math.ceil(time.to),
  });
  byId("board-export").href = `/micro/readings?${query}`;
  if (board) byId("board-seen").textContent = `last event ${ago(board.last)}`;
}

byId("board-all").addEventListener("click", () => address.open("events", { board: shown }));
