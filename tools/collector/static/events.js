// The view Events: filters, search, and the list, on top of which new events appear.
import { button, byId, getJson, make, options } from "./dom.js";
import * as boards from "./boards.js";
import * as detail from "./detail.js";
import { clock, day, moment } from "./format.js";

const PAGE = 100;
const MAX_ROWS = 500; // with new events; older rows leave the page, but not the database
const FIELDS = ["text", "good", "board", "name", "app_id", "from", "to"];
const form = byId("filters");
let filters = {};
let listed = Infinity; // id up to which the list is complete; Infinity: it is being loaded
let stored = 0; // id of the newest event that the collector has stored
let requests = 0; // for the list as a whole; an answer to an older one is ignored
let isAdding = false; // a request for newer events is waiting for its answer
let openView = () => {};

export function listen(open) {
  openView = open;
}

// --- Filters: the form, the address and the list have the same ones ---

export function show(query) {
  filters = Object.fromEntries([...query].filter(([key, text]) => FIELDS.includes(key) && text));
  for (const key of FIELDS) {
    const field = form.elements[key];
    if (field.tagName === "SELECT") options(field, filters[key] ? [filters[key]] : []);
    if (field !== document.activeElement || field.tagName === "SELECT") {
      field.value = filters[key] ?? "";
    }
    if (field.type === "hidden") field.disabled = !filters[key];
  }
  const chip = byId("time-filter");
  chip.hidden = !filters.from;
  chip.textContent = filters.from
    ? `${moment(Number(filters.from))} – ${clock(Number(filters.to))}  ×` : "";
  load();
}

export function choices(overview) {
  options(form.board, overview.boards.map((board) => board.key), boards.titleOf);
  options(form.name, overview.choices.name);
  options(form.app_id, overview.choices.app_id);
}

function filtersOfForm() {
  const pairs = FIELDS.map((key) => [key, form.elements[key].value.trim()]);
  return Object.fromEntries(pairs.filter(([, text]) => text));
}

let typing;
form.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  const wanted = filtersOfForm(); // an address of before, shown meanwhile, sets the form back
  typing = setTimeout(() => openView("events", wanted), target === form.text ? 200 : 0);
});
form.addEventListener("submit", (submit) => { if (!submit.submitter) submit.preventDefault(); });
form.text.addEventListener("keydown", (press) => {
  if (press.key === "Enter") press.preventDefault(); // The search has begun already
});
byId("time-filter").addEventListener("click", () => {
  const others = filtersOfForm();
  delete others.from;
  delete others.to;
  openView("events", others);
});

// --- Rows ---

async function load(before) {
  requests += 1;
  const request = requests;
  const newest = stored; // What is stored up to here is in the answer
  if (!before) listed = Infinity;
  const query = { ...filters, limit: PAGE, ...(before && { before }) };
  const events = await getJson("/micro/list", query).catch(() => []);
  if (request !== requests) return; // The filters were changed meanwhile
  if (!before) {
    byId("rows").replaceChildren();
    listed = Math.max(newest, events[0]?.id ?? 0);
  }
  byId("rows").append(...events.map(row));
  byId("older").hidden = events.length < PAGE;
  byId("nothing").hidden = byId("rows").children.length > 0;
  addNewer();
}

byId("older").addEventListener("click", () => load(Number(byId("rows").lastElementChild.dataset.id)));

// Events were stored; the collector is asked which of them pass the filters.
export function add(events) {
  stored = Math.max(stored, events.at(-1).id);
  addNewer();
}

async function addNewer() {
  if (isAdding || byId("events").hidden) return;
  isAdding = true;
  while (listed < stored) {
    const [request, newest] = [requests, stored];
    const query = { ...filters, after: listed, limit: MAX_ROWS };
    const events = await getJson("/micro/list", query).catch(() => null);
    if (!events) break; // The next event tries again
    if (request !== requests) continue; // The list was loaded anew meanwhile
    listed = Math.max(newest, events[0]?.id ?? 0);
    prepend(events);
  }
  isAdding = false;
}

function prepend(events) {
  const rows = byId("rows");
  const items = events.map(row);
  for (const item of items) item.classList.add("new");
  rows.prepend(...items);
  byId("nothing").hidden = rows.children.length > 0;
  while (rows.children.length > MAX_ROWS) {
    rows.lastElementChild.remove();
    byId("older").hidden = false;
  }
}

function row(event) {
  const time = make("time", null, clock(event.received));
  time.title = `received ${day(event.received)} ${clock(event.received)}`;
  const isLate = event.received - event.at > 60000 && event.good;
  const line = button("row", time, () => select(item));
  line.append(
    make("span", `verdict ${event.good ? "good" : "bad"}`, event.good ? "good" : "bad"),
    make("span", "app", event.app_id ?? ""),
    make("span", "name", event.name ?? ""),
    make("span", "text", isLate ? make("i", null, `from ${moment(event.at)} `) : null, event.text));
  const item = make("li", null, line);
  item.dataset.id = event.id;
  return item;
}

function select(item) {
  for (const other of byId("rows").querySelectorAll(".chosen")) other.classList.remove("chosen");
  item.classList.add("chosen");
  detail.open(item.dataset.id, () => {
    item.classList.remove("chosen");
    item.firstElementChild.focus();
  });
}

export function step(distance) {
  if (byId("events").hidden) return;
  const rows = [...byId("rows").children];
  const selected = rows.findIndex((item) => item.classList.contains("chosen"));
  const next = rows[selected < 0 ? 0 : selected + distance];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  select(next);
}
