// A card for each board: its name, the time of its last event, facts such as its battery.
import { button, byId, make } from "./dom.js";
import { ago, digits, duration, whole } from "./format.js";

const SILENT_MS = 10 * 60 * 1000; // without an event, after which a card is grey
let all = [];
let selectedKey = null; // of the board whose readings alone are shown
let onSelect = () => {};
let onEvents = () => {};

// fact -> label, and function from the value to text; in the order of the card
const FACTS = {
  rssi: ["Signal", (value) => `${digits(value)} dBm`],
  battery: ["Battery", (value) => `${digits(value)} %`],
  supply: ["Supply", (value) => (value > 100 ? `${digits(value / 1000)} V` : `${digits(value)} V`)],
  uptime: ["Uptime", duration],
  boots: ["Boots", whole],
  reset: ["Last reset", String],
  stored: ["Waiting", (value) => events(value)],
  dropped: ["Dropped", (value) => events(value)],
};

const events = (count) => `${whole(count)} event${count === 1 ? "" : "s"}`;

// select(key or null) and showEvents(key) are called when the user asks for that.
export function listen(select, showEvents) {
  onSelect = select;
  onEvents = showEvents;
}

function title(board) {
  return board.app_id || board.model || board.key;
}

export function titleOf(key) {
  const found = all.find((board) => board.key === key);
  if (!found) return key;
  const isAmbiguous = all.filter((board) => title(board) === title(found)).length > 1;
  return isAmbiguous ? `${title(found)} · ${key}` : title(found);
}

export function show(boards) {
  all = boards;
  byId("boards-section").hidden = !boards.length;
  const focusedKey = document.activeElement?.closest?.("#boards li")?.dataset.key;
  const focusedClass = document.activeElement?.className;
  byId("boards").replaceChildren(...boards.map(card));
  if (focusedKey === undefined) return;
  const item = [...byId("boards").children].find((one) => one.dataset.key === focusedKey);
  const buttons = [...(item?.querySelectorAll("button") ?? [])];
  buttons.find((one) => one.className === focusedClass)?.focus();
}

function card(board) {
  const name = button("name", title(board), () => select(board.key));
  name.ariaPressed = String(board.key === selectedKey);
  name.title = "Show only this board’s readings";
  const seen = make("p", "seen", make("span", "dot"), make("span", "when", ago(board.last)));
  const kind = [board.model || board.port, board.firmware && `firmware ${board.firmware}`];
  const item = make(
    "li", "card", make("div", "top", name, seen),
    make("p", "hint", kind.filter(Boolean).join(" · ") || null),
    make("p", "id", board.id || board.key),
    facts(board.facts), counts(board),
  );
  item.dataset.key = board.key;
  item.dataset.last = board.last;
  greyIfSilent(item);
  return item;
}

function facts(values) {
  const list = make("dl", "facts");
  for (const [fact, [label, text]] of Object.entries(FACTS)) {
    if (!(fact in values)) continue;
    const [value, at] = values[fact];
    const shown = make("dd", level(fact, value), typeof value === "number" ? text(value) : value);
    const pair = make("div", null, make("dt", null, label), shown);
    pair.title = `as of ${new Date(at).toLocaleString()}`;
    list.append(pair);
  }
  return list.children.length ? list : null;
}

function level(fact, value) {
  if (fact === "dropped" && value > 0) return "poor";
  if (fact === "rssi") return value < -80 ? "poor" : value < -70 ? "fair" : null;
  if (fact === "battery") return value < 15 ? "poor" : value < 30 ? "fair" : null;
  return null;
}

function counts({ key, good, bad }) {
  const link = button("more", events(good + bad), () => onEvents(key));
  return make("p", "sum", link, bad ? make("span", "bad-sum", `${whole(bad)} bad`) : null);
}

function select(key) {
  selectedKey = selectedKey === key ? null : key;
  show(all);
  onSelect(selectedKey);
}

function greyIfSilent(item) {
  item.classList.toggle("silent", Date.now() - Number(item.dataset.last) > SILENT_MS);
}

export function tick() {
  for (const item of byId("boards").children) {
    item.querySelector(".when").textContent = ago(Number(item.dataset.last));
    greyIfSilent(item);
  }
}
