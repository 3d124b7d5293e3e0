// All boards and series as the collector knows them, what they are called, what is wrong with them.
import * as alarms from "./alarms.js";
import { digits, events, whole } from "./format.js";
import { duration } from "./times.js";

const ABOUT_BOARD = ["health", "clock", "loss"]; // events of a board about itself
const SILENT_MS = 10 * 60 * 1000; // without an event, after which a card is grey
const collator = new Intl.Collator("en", { numeric: true });
let all = new Map(); // key -> board
let titles = new Map(); // key -> title
let seriesOf = new Map(); // key of a board -> its series

// fact -> label, and function from the value to text; in the order of the card
const FACTS = {
  rssi: ["Signal", (value) => `${digits(value)} dBm`],
  battery: ["Battery", (value) => `${digits(value)} %`],
  supply: ["Supply", (value) => (value > 100 ? `${digits(value / 1000)} V` : `${digits(value)} V`)],
  uptime: ["Uptime", duration],
  boots: ["Boots", whole],
  reset: ["Last reset", String],
  stored: ["Waiting", events],
  dropped: ["Dropped", events],
};

export function update({ boards, series }) {
  all = new Map(boards.map((board) => [board.key, board]));
  seriesOf = new Map(boards.map((board) => [board.key, []]));
  for (const one of series) seriesOf.get(one.board)?.push(one);
  const names = new Map();
  for (const board of boards) names.set(name(board), (names.get(name(board)) ?? 0) + 1);
  titles = new Map(boards.map((board) => [
    board.key,
    names.get(name(board)) > 1 ? `${name(board)} · ${board.id || board.key}` : name(board),
  ]));
}

export const name = (board) => board.name || board.app_id || board.model || board.key;

export const count = () => all.size;
export const keys = () => [...all.keys()];
export const find = (key) => all.get(key);
export const titleOf = (key) => titles.get(key) ?? key;
export const allSeries = () => [...seriesOf.values()].flat();
export const seriesOfBoard = (key) => seriesOf.get(key) ?? [];
export const measured = (key) => seriesOfBoard(key).filter((one) => !isAboutBoard(one));
export const isAboutBoard = ({ sensor }) => ABOUT_BOARD.includes(sensor);
export const isSilent = (board) => Date.now() - board.last > SILENT_MS;
export const byTitle = (a, b) => collator.compare(titleOf(a.key), titleOf(b.key));

// The release that it runs: its number, or for a board without one the version of the firmware.
export const release = (board) => board.release ?? board.firmware;

// [latitude, longitude] in degrees, or null where the board has told no place.
export function place({ facts: { latitude, longitude } }) {
  const [[north], [east]] = [latitude ?? [], longitude ?? []];
  return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? [north, east] : null;
}

// A line about its kind: model, version of the firmware, release.
export function kind(board) {
  const parts = [board.model || board.port, board.firmware && `firmware ${board.firmware}`,
    board.release && `release ${board.release}`];
  return parts.filter(Boolean).join(" · ");
}

// -> [{fact, label, text, level, at}], in the order of the card
export function facts(board) {
  return Object.entries(FACTS).filter(([fact]) => fact in board.facts).map(([fact, [label, text]]) => {
    const [value, at] = board.facts[fact];
    const shown = typeof value === "number" ? text(value) : value;
    return { fact, label, text: shown, level: levelOf(fact, value), at };
  });
}

function levelOf(fact, value) {
  if (fact === "dropped" && value > 0) return "poor";
  if (fact === "rssi") return value < -80 ? "poor" : value < -70 ? "fair" : null;
  if (fact === "battery") return value < 15 ? "poor" : value < 30 ? "fair" : null;
  return null;
}

// What is wrong: [{level: "alarm", "poor" or "fair", text}], the worst first.
export function problems(board) {
  const poor = facts(board).filter((one) => one.level === "poor")
    .map((one) => ({ level: "poor", text: `${one.label}: ${one.text}` }));
  const failed = board.bad ? [{ level: "fair", text: `${events(board.bad)} failed` }] : [];
  return [...alarms.active(board, seriesOfBoard(board.key)), ...poor, ...failed];
}

const RANKS = ["alarm", "poor", "fair"];
export const FINE = RANKS.length; // the rank of a board without a problem

// 0 is the worst.
export function rank(board) {
  const first = problems(board)[0];
  return first ? RANKS.indexOf(first.level) : FINE;
}
