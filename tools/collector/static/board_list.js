// The view Live: a card or a row for each board. Only those in view have content.
import * as address from "./address.js";
import * as alarms from "./alarms.js";
import * as boards from "./boards.js";
import { button, byId, isPressed, make } from "./dom.js";
import { digits, events, unitOf, whole, withUnit } from "./format.js";
import * as groups from "./groups.js";
import * as map from "./map.js";
import * as settings from "./settings.js";
import { sparkline } from "./sparklines.js";
import { ago, moment, when } from "./times.js";

const MAX_VALUES = 4; // on a card
const FIRST = 12; // items that are filled before the browser has told which are in view
const items = new Map(); // key of a board -> its list item
const list = byId("boards");
const [search, sort, asTable] = [byId("board-search"), byId("board-sort"), byId("board-table")];

const fact = (name, without) => (board) => board.facts[name]?.[0] ?? without;
const SORTS = {
  problems: (a, b) => boards.rank(a) - boards.rank(b),
  name: () => 0,
  last: (a, b) => b.last - a.last,
  signal: (a, b) => fact("rssi", 0)(a) - fact("rssi", 0)(b),
  battery: (a, b) => fact("battery", 101)(a) - fact("battery", 101)(b),
  events: (a, b) => b.good + b.bad - a.good - a.bad,
};

const visibility = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    target.isInView = isIntersecting;
    if (isIntersecting) fill(target);
    else if (target.offsetHeight) clear(target); // Not where the whole view is hidden
  }
}, { rootMargin: "300px" });

// Shows the boards that pass the search, in the order that the address says.
export function update() {
  const query = address.current()[1];
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const order = SORTS[query.get("sort")] ?? SORTS.problems;
  if (search.value.trim() !== (query.get("q") ?? "")) search.value = query.get("q") ?? "";
  sort.value = query.get("sort") ?? "problems";
  asTable.ariaPressed = String(query.has("table"));
  if (list.classList.contains("table") !== query.has("table")) {
    list.classList.toggle("table");
    for (const item of items.values()) item.style.minHeight = "";
  }
  byId("board-head").hidden = !query.has("table");
  byId("boards-section").hidden = !boards.count();
  const all = boards.keys().map(boards.find);
  const ranks = new Map(all.map((board) => [board, boards.rank(board)]));
  const compare = order === SORTS.problems ? (a, b) => ranks.get(a) - ranks.get(b) : order;
  const wanted = all.filter((board) => words.every((word) => textOf(board).includes(word)))
    .sort((a, b) => compare(a, b) || boards.byTitle(a, b));
  byId("board-count").textContent = counted(all, wanted, ranks);
  arrange(groups.arrange(wanted, ranks, order === SORTS.problems));
  map.show(wanted);
}

function counted(all, wanted, ranks) {
  const wrong = all.filter((board) => ranks.get(board) < boards.FINE).length;
  const shown = wanted.length === all.length ? whole(all.length) : `${wanted.length} of ${all.length}`;
  return `${shown} board${all.length === 1 ? "" : "s"}, ${wrong || "none"} with a problem`;
}

function textOf(board) {
  const { key, id, app_id: app, name, model, firmware, tracker } = board;
  return [key, id, app, name, model, firmware, boards.release(board), tracker, boards.titleOf(key)].join(" ").toLowerCase();
}

// entries: keys of boards, and list items with headings.
function arrange(entries) {
  const focused = focusedPart();
  const wanted = new Set(entries);
  for (const [key, item] of items) {
    if (wanted.has(key)) continue;
    visibility.unobserve(item);
    item.remove();
    items.delete(key);
  }
  for (const heading of list.querySelectorAll(".group")) if (!wanted.has(heading)) heading.remove();
  entries.forEach((entry, place) => {
    const item = typeof entry === "string" ? itemOf(entry) : entry;
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    if (item === entry) return;
    visibility.observe(item);
    if (item.isInView ?? place < FIRST) fill(item);
  });
  focusAgain(focused);
}

function itemOf(key) {
  let item = items.get(key);
  if (!item) {
    item = make("li", "card");
    item.dataset.key = key;
    items.set(key, item);
  }
  return item;
}

// Scrolls to a board, and gives it the focus: the user has come back from its page.
export function reveal(key) {
  const item = items.get(key);
  if (!item?.isConnected) return false;
  fill(item);
  item.scrollIntoView({ block: "center" });
  item.querySelector(".name").focus({ preventScroll: true });
  return true;
}

// What has the focus, since an item that is filled again or moved loses it.
function focusedPart() {
  const item = document.activeElement?.closest?.("#boards li");
  return item && [item, document.activeElement.className];
}

function focusAgain(part) {
  const parts = part?.[0].isConnected ? part[0].querySelectorAll("a, button") : [];
  const found = [...parts].find((one) => one.className === part[1]);
  if (found && found !== document.activeElement) found.focus({ preventScroll: true });
}

// --- The content of a card or row ---

function fill(item) {
  const board = boards.find(item.dataset.key);
  if (!board) return;
  const table = list.classList.contains("table");
  const wrong = boards.problems(board);
  const content = JSON.stringify([board, wrong, boards.titleOf(board.key), table,
    boards.measured(board.key), settings.get("zone"), Math.floor(Date.now() / 15000)]);
  if (item.children.length && (item.shown === content || isPressed(item))) return;
  item.shown = content;
  item.className = wrong.length ? `card has-${wrong[0].level}` : "card";
  item.classList.toggle("silent", boards.isSilent(board));
  item.style.minHeight = "";
  item.replaceChildren(...(table ? row(board, wrong) : card(board, wrong)).filter(Boolean));
}

function clear(item) {
  if (!item.children.length) return;
  item.style.minHeight = `${item.offsetHeight}px`;
  item.replaceChildren();
}

function head(board) {
  const link = make("a", "name", boards.titleOf(board.key));
  link.href = address.href("board", { board: board.key });
  const seen = make("p", "seen", make("span", "dot"), make("span", "when", ago(board.last)));
  seen.title = `last event ${moment(board.last)}`;
  return [link, seen];
}

function card(board, wrong) {
  const shown = boards.measured(board.key);
  const more = shown.length - MAX_VALUES;
  return [
    make("div", "top", ...head(board)),
    make("p", "hint", boards.kind(board) || null),
    make("p", "id", board.id || board.key),
    problemList(wrong),
    values(shown.slice(0, MAX_VALUES)),
    more > 0 ? make("p", "hint", `and ${more} more`) : null,
    factList(board),
    make("p", "sum", eventsButton(board), board.bad ? make("span", "bad-sum", `${whole(board.bad)} bad`) : null),
  ];
}

function row(board, wrong) {
  const texts = boards.measured(board.key).slice(0, 3)
    .map((one) => `${one.quantity} ${withUnit(one.value, unitOf(one))}`);
  const cell = (name, unit) => {
    const value = board.facts[name]?.[0];
    return make("span", "cell", typeof value === "number" ? `${digits(value)} ${unit}` : "–");
  };
  return [
    ...head(board), make("span", "cell wide", texts.join(", ") || "–"),
    cell("rssi", "dBm"), cell("battery", "%"), make("span", "cell", boards.release(board) ?? "–"),
    eventsButton(board), make("span", "wide", problemList(wrong)),
  ];
}

export function problemList(wrong) {
  if (!wrong.length) return null;
  return make("ul", "problems", ...wrong.map(({ level, text }) => make("li", level, text)));
}

function values(series) {
  if (!series.length) return null;
  return make("dl", "values", ...series.map((one) => {
    const value = make("dd", alarms.isOut(one) ? "poor" : null, make("b", null, withUnit(one.value, unitOf(one))), sparkline(one));
    value.title = `of ${when(one.at)}`;
    return make("div", null, make("dt", null, one.quantity), value);
  }));
}

export function factList(board) {
  const found = boards.facts(board);
  if (!found.length) return null;
  return make("dl", "facts", ...found.map(({ label, text, level, at }) => {
    const pair = make("div", null, make("dt", null, label), make("dd", level, text));
    pair.title = `of ${moment(at)}`;
    return pair;
  }));
}

function eventsButton({ key, good, bad }) {
  return button("more", events(good + bad), () => address.open("events", { board: key }));
}

// Each second: how long ago a board was heard of.
export function tick() {
  for (const item of items.values()) {
    const board = item.children.length && boards.find(item.dataset.key);
    if (!board) continue;
    item.querySelector(".when").textContent = ago(board.last);
    item.classList.toggle("silent", boards.isSilent(board));
  }
}

search.addEventListener("input", () => address.change({ q: search.value.trim() || null }, "search"));
sort.addEventListener("change", () => {
  address.change({ sort: sort.value === "problems" ? null : sort.value }, "sort");
});
asTable.addEventListener("click", () => {
  address.change({ table: address.get("table") ? null : "1" }, "table");
});
