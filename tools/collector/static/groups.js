// Groups of boards in the view Live: what they are made by, their headings, which are closed.
// The address has both, as group=app&closed=NAME,NAME.
import * as address from "./address.js";
import * as boards from "./boards.js";
import { button, byId, make } from "./dom.js";
import { plural } from "./format.js";

const KINDS = {
  app: (board) => board.app_id,
  name: (board) => boards.name(board).match(/^[^\s\d_.:/-]+/)?.[0],
  model: (board) => board.model || board.port,
  release: (board) => (board.release ? `release ${board.release}` : board.firmware && `firmware ${board.firmware}`),
};
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const headings = new Map(); // name of a group -> list item
const [select, all] = [byId("board-group"), byId("groups-all")];
let names = []; // of the groups that are shown

const closed = () => new Set((address.get("closed") ?? "").split(",").filter(Boolean).map(decoded));

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch { // An address that somebody has typed
    return text;
  }
}

// Sorted boards -> what the list has: keys of boards, and headings before those of a group. ranks
// has the rank of each board; where isByProblem, the group with the worst board is the first.
export function arrange(sorted, ranks, isByProblem) {
  const kind = KINDS[address.get("group")];
  select.value = kind ? address.get("group") : "";
  select.hidden = boards.count() < 2 && !kind;
  all.hidden = !kind;
  if (!kind) return sorted.map((board) => board.key);
  const groups = new Map();
  for (const board of sorted) {
    const name = kind(board) || "";
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(board);
  }
  const worst = (group) => Math.min(...group.map((board) => ranks.get(board)));
  const entries = [...groups].sort(([a, ofA], [b, ofB]) => (isByProblem ? worst(ofA) - worst(ofB) : 0)
    || (a === "") - (b === "") || collator.compare(a, b));
  names = entries.map(([name]) => name);
  const areClosed = closed();
  all.textContent = names.every((name) => areClosed.has(name || "-")) ? "Open all" : "Close all";
  return entries.flatMap(([name, group]) => {
    const isOpen = !areClosed.has(name || "-");
    const heading = headingOf(name, group, ranks, isOpen);
    return isOpen ? [heading, ...group.map((board) => board.key)] : [heading];
  });
}

function headingOf(name, group, ranks, isOpen) {
  if (!headings.has(name)) {
    const toggle = button("toggle", "", () => change(name));
    toggle.append(make("b", null, name || "others"), make("span", "hint"));
    headings.set(name, make("li", "group", make("h3", null, toggle)));
  }
  const item = headings.get(name);
  const wrong = group.filter((board) => ranks.get(board) < boards.FINE);
  const text = `${plural(group.length, "board")}, ${wrong.length || "none"} with a problem`;
  const toggle = item.querySelector("button");
  if (toggle.lastChild.textContent !== text) toggle.lastChild.textContent = text;
  toggle.ariaExpanded = String(isOpen);
  item.classList.toggle("has-problem", wrong.length > 0);
  return item;
}

function change(name) {
  const now = closed();
  if (!now.delete(name || "-")) now.add(name || "-");
  keep([...now]);
}

function keep(list) {
  address.change({ closed: list.map(encodeURIComponent).join(",") || null }, "closed");
}

select.addEventListener("change", () => address.change({ group: select.value || null, closed: null }, "group"));
all.addEventListener("click", () => {
  const areClosed = closed();
  keep(names.every((name) => areClosed.has(name || "-")) ? [] : names.map((name) => name || "-"));
});
