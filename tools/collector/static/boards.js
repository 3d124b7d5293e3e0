// A card for each board: who it is, when it was heard of, and how it is.
import { button, by, make } from "./dom.js";
import { ago, digits, duration, whole } from "./format.js";

const SILENT = 10 * 60 * 1000; // ms after which a card is greyed
let all = [];
let chosen = null;
let onChoose = () => {};
let onEvents = () => {};

// fact -> label, and its value as text; in the order of the card
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

export function listen(choose, show) {
  onChoose = choose;
  onEvents = show;
}

export const selected = () => chosen;

export function title(board) {
  return board.app_id || board.model || board.key;
}

export function titleOf(key) {
  const found = all.find((board) => board.key === key);
  if (!found) return key;
  const alike = all.filter((board) => title(board) === title(found)).length > 1;
  return alike ? `${title(found)} · ${key}` : title(found);
}

export function show(boards) {
  all = boards;
  by("boards-section").hidden = !boards.length;
  const focused = document.activeElement?.closest?.("#boards li")?.dataset.key;
  const part = document.activeElement?.className;
  by("boards").replaceChildren(...boards.map(card));
  if (focused === undefined) return;
  const again = [...by("boards").children].find((item) => item.dataset.key === focused);
  [...(again?.querySelectorAll("button") ?? [])].find((knob) => knob.className === part)?.focus();
}

function card(board) {
  const name = button("name", title(board), () => choose(board.key));
  name.ariaPressed = String(board.key === chosen);
  name.title = "Show only this board’s readings";
  const seen = make("p", "seen", make("span", "dot"), make("span", "when", ago(board.last)));
  const what = [board.model || board.port, board.firmware && `firmware ${board.firmware}`];
  const item = make(
    "li", "card", make("div", "top", name, seen),
    make("p", "hint", what.filter(Boolean).join(" · ") || null),
    make("p", "id", board.id || board.key),
    facts(board.facts), counts(board),
  );
  item.dataset.key = board.key;
  item.dataset.last = board.last;
  fade(item);
  return item;
}

function facts(told) {
  const list = make("dl", "facts");
  for (const [fact, [label, text]] of Object.entries(FACTS)) {
    if (!(fact in told)) continue;
    const [value, at] = told[fact];
    const shown = make("dd", level(fact, value), typeof value === "number" ? text(value) : value);
    const pair = make("div", null, make("dt", null, label), shown);
    pair.title = `told ${new Date(at).toLocaleString()}`;
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

function choose(key) {
  chosen = chosen === key ? null : key;
  show(all);
  onChoose(chosen);
}

function fade(item) {
  item.classList.toggle("silent", Date.now() - Number(item.dataset.last) > SILENT);
}

export function tick() {
  for (const item of by("boards").children) {
    item.querySelector(".when").textContent = ago(Number(item.dataset.last));
    fade(item);
  }
}
