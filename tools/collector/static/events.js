// The list of events: filters, search, and what comes while one looks.
import { ask, button, by, make, options } from "./dom.js";
import * as boards from "./boards.js";
import * as detail from "./detail.js";
import { clock, day, moment } from "./format.js";

const PAGE = 100;
const MOST = 500; // rows while new ones come; older ones leave the page, not the database
const FIELDS = ["text", "good", "board", "name", "app_id", "from", "to"];
const form = by("filters");
let filters = {};
let newest = Infinity; // id; what comes after it is put on top
let asked = 0;
let go = () => {};

export function listen(open) {
  go = open;
}

// --- Filters: the form, the address, and the rows say the same ---

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
  const span = by("time-filter");
  span.hidden = !filters.from;
  span.textContent = filters.from
    ? `${moment(Number(filters.from))} – ${clock(Number(filters.to))}  ×` : "";
  load();
}

export function choices(found) {
  options(form.board, found.boards.map((board) => board.key), boards.titleOf);
  options(form.name, found.choices.name);
  options(form.app_id, found.choices.app_id);
}

function chosen() {
  const pairs = FIELDS.map((key) => [key, form.elements[key].value.trim()]);
  return Object.fromEntries(pairs.filter(([, text]) => text));
}

let typing;
form.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => go("events", chosen()), target === form.text ? 200 : 0);
});
form.addEventListener("submit", (submit) => { if (!submit.submitter) submit.preventDefault(); });
form.text.addEventListener("keydown", (press) => {
  if (press.key === "Enter") press.preventDefault(); // It is searched already
});
by("time-filter").addEventListener("click", () => {
  const rest = chosen();
  delete rest.from;
  delete rest.to;
  go("events", rest);
});

// --- Rows ---

async function load(before) {
  asked += 1;
  const mine = asked;
  const events = await ask("/micro/list", { ...filters, limit: PAGE, ...(before && { before }) })
    .catch(() => []);
  if (mine !== asked) return; // The filters were changed meanwhile
  if (!before) {
    by("rows").replaceChildren();
    newest = events[0]?.id ?? 0;
  }
  by("rows").append(...events.map(row));
  by("older").hidden = events.length < PAGE;
  by("nothing").hidden = by("rows").children.length > 0;
}

by("older").addEventListener("click", () => load(Number(by("rows").lastElementChild.dataset.id)));

export function add(events) {
  for (const event of events) {
    if (event.id <= newest) continue;
    newest = event.id;
    if (!passes(event)) continue;
    const item = row(event);
    item.classList.add("new");
    by("rows").prepend(item);
    by("nothing").hidden = true;
  }
  while (by("rows").children.length > MOST) {
    by("rows").lastElementChild.remove();
    by("older").hidden = false;
  }
}

// As the server filters.
function passes(event) {
  const text = [event.text, event.app_id, event.name, event.board].join(" ").toLowerCase();
  const words = (filters.text ?? "").toLowerCase().split(/\s+/);
  return words.every((word) => text.includes(word))
    && (!filters.good || String(event.good) === filters.good)
    && ["board", "name", "app_id"].every((key) => !filters[key] || event[key] === filters[key])
    && (!filters.to || event.received < Number(filters.to));
}

function row(event) {
  const at = make("time", null, clock(event.received));
  at.title = `received ${day(event.received)} ${clock(event.received)}`;
  const late = event.received - event.at > 60000 && event.good;
  const line = button("row", at, () => select(item));
  line.append(
    make("span", `verdict ${event.good ? "good" : "bad"}`, event.good ? "good" : "bad"),
    make("span", "app", event.app_id ?? ""),
    make("span", "name", event.name ?? ""),
    make("span", "text", late ? make("i", null, `from ${moment(event.at)} `) : null, event.text));
  const item = make("li", null, line);
  item.dataset.id = event.id;
  return item;
}

function select(item) {
  for (const other of by("rows").querySelectorAll(".chosen")) other.classList.remove("chosen");
  item.classList.add("chosen");
  detail.open(item.dataset.id, () => {
    item.classList.remove("chosen");
    item.firstElementChild.focus();
  });
}

export function step(distance) {
  if (by("events").hidden) return;
  const rows = [...by("rows").children];
  const here = rows.findIndex((item) => item.classList.contains("chosen"));
  const next = rows[here < 0 ? 0 : here + distance];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  select(next);
}
