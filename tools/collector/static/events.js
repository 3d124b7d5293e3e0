// The view Events: filters, search, and the list, on top of which new events appear.
import * as address from "./address.js";
import * as boards from "./boards.js";
import { byId, getJson, make, options } from "./dom.js";
import * as detail from "./detail.js";
import { COLUMNS, eventRow } from "./event_row.js";
import { whole } from "./format.js";
import { span, zone } from "./times.js";

const PAGE = 100;
const MAX_ROWS = 500; // with new events; older rows leave the page, but not the database
const FIELDS = ["text", "good", "board", "name", "app_id", "suspicious", "from", "to"];
const DEFAULT_COLUMNS = "time,app,name";
const form = byId("filters");
const rows = byId("rows");
let filters = {};
let columns = []; // that are shown, besides verdict and text
let shownFor = null; // the filters and columns that the list was loaded for
let listed = Infinity; // id up to which the list is complete; Infinity: it is being loaded
let stored = 0; // id of the newest event that the collector has stored
let total = 0; // events that are stored
let requests = 0; // for the list as a whole; an answer to an older one is ignored
let isAdding = false; // a request for newer events is waiting for its answer
let isPaused = false;
let typing = null; // the timer that waits for the end of it
let missed = 0; // events that arrived during the pause
let counted = 0; // id up to which they are listed, or counted as missed

// --- Filters: the form, the address and the list have the same ones ---

export function show(query) {
  filters = Object.fromEntries([...query].filter(([key, text]) => FIELDS.includes(key) && text));
  columns = (query.get("columns") ?? DEFAULT_COLUMNS).split(",").filter((name) => name in COLUMNS);
  for (const key of FIELDS) {
    const field = form.elements[key];
    if (field.tagName === "SELECT") options(field, filters[key] ? [filters[key]] : []);
    if (!typing && field.value.trim() !== (filters[key] ?? "")) field.value = filters[key] ?? "";
    if (field.type === "hidden") field.disabled = !filters[key];
  }
  form.querySelector("[value=tsv]").hidden = filters.good === "0"; // A bad event has no enriched TSV
  const chip = byId("time-filter");
  chip.hidden = !filters.from;
  chip.textContent = filters.from
    ? `${span(Number(filters.from), Number(filters.to))} ${zone()}  ×` : "";
  for (const box of byId("columns").querySelectorAll("input")) box.checked = columns.includes(box.value);
  const wanted = JSON.stringify([filters, columns]);
  if (shownFor !== wanted) {
    shownFor = wanted;
    load();
  } else addNewer();
  showDetail(query.get("event"));
}

export function redraw() {
  if (byId("events").hidden) return;
  shownFor = null;
  show(address.current()[1]);
}

export function leave() {
  detail.close();
  shownFor = null;
}

export function choices(overview) {
  options(form.board, boards.keys(), boards.titleOf);
  const named = [...form.board.options].slice(1).map((one) => [one, one.value]);
  for (const one of rows.querySelectorAll(".board")) named.push([one, one.dataset.key]);
  for (const [element, key] of named) { // Titles come, and change, after the rows
    if (key && element.textContent !== boards.titleOf(key)) element.textContent = boards.titleOf(key);
  }
  options(form.name, overview.choices.name);
  options(form.app_id, overview.choices.app_id);
}

// Why the list is empty: nothing is stored, or nothing passes the filters.
export function setTotal(count) {
  total = count;
  showNothing();
}

function showNothing() {
  byId("nothing").hidden = listed === Infinity || rows.children.length > 0;
  byId("nothing-stored").hidden = total > 0;
  byId("nothing-passes").hidden = total === 0;
}

function filtersOfForm() {
  return Object.fromEntries(FIELDS.map((key) => [key, form.elements[key].value.trim() || null]));
}

form.addEventListener("input", ({ target }) => {
  if (target.form !== form || !FIELDS.includes(target.name)) return;
  clearTimeout(typing);
  const wanted = filtersOfForm(); // an address of before, shown meanwhile, sets the form back
  const [delay, kind] = target === form.text ? [200, "search"] : [0, `filter ${Date.now()}`];
  typing = setTimeout(() => {
    typing = null;
    if (!byId("events").hidden) address.change(wanted, kind);
  }, delay);
});
form.addEventListener("submit", (submit) => { if (!submit.submitter) submit.preventDefault(); });
form.text.addEventListener("keydown", (press) => {
  if (press.key === "Enter") press.preventDefault(); // The search has begun already
});
byId("time-filter").addEventListener("click", () => address.change({ from: null, to: null }, "time"));
byId("columns").addEventListener("change", () => {
  const chosen = [...byId("columns").querySelectorAll(":checked")].map((box) => box.value).join(",");
  address.change({ columns: chosen === DEFAULT_COLUMNS ? null : chosen || "none" }, "columns");
});
byId("columns").append(...Object.entries(COLUMNS).map(([name, label]) => {
  const box = make("input");
  box.type = "checkbox";
  box.value = name;
  return make("label", null, box, ` ${label}`);
}));

// --- Rows ---

async function load(before) {
  requests += 1;
  const request = requests;
  const newest = stored; // What is stored up to here is in the answer
  if (!before) {
    listed = Infinity;
    pause(false);
  }
  const query = { ...filters, limit: PAGE, ...(before && { before }) };
  const events = await getJson("/micro/list", query).catch(() => []);
  if (request !== requests) return; // The filters were changed meanwhile
  if (!before) {
    rows.replaceChildren();
    rows.className = columns.map((name) => `with-${name}`).join(" ");
    listed = counted = Math.max(newest, events[0]?.id ?? 0);
  }
  rows.append(...events.map(row));
  byId("older").hidden = events.length < PAGE;
  markChosen();
  showNothing();
  addNewer();
}

byId("older").addEventListener("click", () => load(Number(rows.lastElementChild.dataset.id)));

// Events were stored; the collector is asked which of them pass the filters.
export function add(events) {
  stored = Math.max(stored, events.at(-1).id);
  if (isPaused) {
    missed += events.filter(({ id }) => id > counted).length; // The stream may be behind the list
    showPause();
  }
  addNewer();
}

async function addNewer() {
  if (isAdding || isPaused || byId("events").hidden) return;
  isAdding = true;
  while (listed < stored && !isPaused) {
    const [request, newest] = [requests, stored];
    const query = { ...filters, after: listed, limit: MAX_ROWS };
    const events = await getJson("/micro/list", query).catch(() => null);
    if (!events) break; // The next event tries again
    if (request !== requests) continue; // The list was loaded anew meanwhile
    if (isPaused || wouldPushOut(events.length)) {
      pause(true);
      missed = events.length;
      counted = Math.max(newest, events[0]?.id ?? 0);
      showPause();
      break;
    }
    listed = Math.max(newest, events[0]?.id ?? 0);
    prepend(events);
  }
  isAdding = false;
}

// Whether the chosen row would leave the list for so many new ones.
function wouldPushOut(count) {
  const place = [...rows.children].findIndex((item) => item.classList.contains("chosen"));
  return place >= 0 && place + count >= MAX_ROWS;
}

function prepend(events) {
  const items = events.map(row);
  for (const item of items) item.classList.add("new");
  rows.prepend(...items);
  showNothing();
  while (rows.children.length > MAX_ROWS) {
    rows.lastElementChild.remove();
    byId("older").hidden = false;
  }
}

function pause(wanted) {
  isPaused = wanted;
  missed = 0;
  counted = listed;
  showPause();
}

function showPause() {
  byId("pause").ariaPressed = String(isPaused);
  byId("pause").textContent = !isPaused ? "Pause" : missed ? `Go on (${whole(missed)} new)` : "Go on";
}

byId("pause").addEventListener("click", () => {
  const wasPaused = isPaused;
  pause(!wasPaused);
  if (wasPaused && stored - listed > MAX_ROWS) load();
  else if (wasPaused) addNewer();
});

// --- The event in full, which the address has ---

const row = (event) => eventRow(event, columns, () => select(event.id));
const select = (id) => address.change({ event: id }, "event");
const close = () => address.undo("event", "event");

function showDetail(id) {
  if (id === null) detail.close();
  else detail.open(id, close);
  markChosen();
}

function markChosen() {
  const id = address.get("event");
  for (const item of rows.querySelectorAll(".chosen")) {
    if (item.dataset.id === id) continue;
    item.classList.remove("chosen");
    if (id === null) item.firstElementChild.focus();
  }
  if (id !== null) rows.querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.add("chosen");
}

export function step(distance) {
  if (byId("events").hidden) return;
  const all = [...rows.children];
  const selected = all.findIndex((item) => item.classList.contains("chosen"));
  const next = all[selected < 0 ? 0 : selected + distance];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  select(next.dataset.id);
}
