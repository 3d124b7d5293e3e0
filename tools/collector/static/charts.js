// The charts of all readings: which there are, and the time that all of them show.
import { by, button, make } from "./dom.js";
import { titleOf } from "./boards.js";
import { moment } from "./format.js";
import { Tile } from "./tile.js";

const MOST = 60; // charts shown before one asks for more
const LEAST = 60 * 1000; // ms of time shown
const OWN = ["health", "clock", "loss"]; // events of a board about itself
const unfolded = new Set(); // boards
let series = [];
let board = null; // only this one's
let limit = MOST;
let layout = "";
let untouched = true; // Nobody has chosen a time yet
const tiles = new Map(); // id of a series -> Tile
const time = { range: 3600000, from: 0, to: 0, live: true };

const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const tile = tiles.get(Number(target.dataset.series));
    if (tile) tile.seen(isIntersecting, time);
  }
}, { rootMargin: "300px" });

// What the server has: all series with their first and newest reading.
export function show(found) {
  by("no-charts").hidden = found.charts;
  series = found.series;
  by("charts-section").hidden = !series.length;
  if (!found.charts || !series.length) return;
  if (untouched && time.live) widen();
  arrange();
}

export function choose(key) {
  board = key;
  arrange();
}

// Where the newest reading is older than the time shown, begin with a longer time.
function widen() {
  const age = Date.now() - Math.max(...series.map((one) => one.at));
  const ranges = [...by("ranges").children].map((knob) => Number(knob.dataset.range));
  time.range = ranges.find((range) => range >= time.range && range > age) ?? 0;
  untouched = false;
  mark();
}

function arrange() {
  const shown = series.filter((one) => !board || one.board === board);
  const wanted = shown.slice(0, limit);
  const now = `${board} ${limit} ${shown.map((one) => one.id)}`;
  for (const one of wanted) {
    if (!tiles.has(one.id)) tiles.set(one.id, new Tile(one, zoom));
    tiles.get(one.id).latest(one);
  }
  if (now === layout) return;
  layout = now;
  span();
  const keys = [...new Set(wanted.map((one) => one.board))];
  const parts = keys.flatMap((key) => {
    const here = wanted.filter((one) => one.board === key);
    const figures = (own) => here.filter((one) => OWN.includes(one.sensor) === own)
      .map((one) => tiles.get(one.id).figure);
    return [
      keys.length > 1 ? make("h3", null, titleOf(key)) : null,
      make("div", "tiles", ...figures(false)),
      fold(key, figures(true)),
    ];
  });
  const more = shown.length - wanted.length;
  const all = button("older", `Show ${more} more`, () => { limit = Infinity; arrange(); });
  watch.disconnect();
  by("charts").replaceChildren(...parts.filter(Boolean), ...(more ? [all] : []));
  for (const figure of by("charts").querySelectorAll("figure")) watch.observe(figure);
}

// What a board tells of itself is folded away: its card has the gist of it.
function fold(key, figures) {
  if (!figures.length) return null;
  const folded = make("details", null, make("summary", null, `The board itself (${figures.length})`),
    make("div", "tiles", ...figures));
  folded.open = unfolded.has(key);
  folded.addEventListener("toggle", () => {
    if (folded.open) unfolded.add(key);
    else unfolded.delete(key);
  });
  return folded;
}

// Readings of events that have just come; a late one goes where its time is.
export function add(events) {
  const known = new Set(series.map((one) => one.id));
  for (const { readings } of events) {
    for (const [id, at, value] of readings) {
      if (known.has(id)) tiles.get(id)?.add(at, value);
    }
  }
  tick();
}

// --- The time that is shown ---

function span() {
  if (!time.live) return;
  const now = Date.now();
  const shown = series.filter((one) => !board || one.board === board);
  const first = Math.min(now, ...shown.map((one) => one.first ?? now));
  time.to = now;
  time.from = Math.min(Math.max(first, time.range ? now - time.range : first), now - LEAST);
}

export function tick() {
  if (by("live").hidden || document.hidden || !series.length) return;
  span();
  for (const tile of tiles.values()) tile.draw(time);
}

export function refresh() {
  span();
  for (const tile of tiles.values()) tile.load(time);
}

function zoom(from, to) {
  if (from === null) return live();
  if (to - from < 1000) return;
  Object.assign(time, { from, to, live: false });
  untouched = false;
  mark();
  refresh();
}

function live(range = time.range) {
  Object.assign(time, { range, live: true });
  untouched = false;
  mark();
  refresh();
}

export function move(how) {
  if (by("live").hidden || !series.length) return;
  span();
  const { from, to } = time;
  const width = to - from;
  if (how === "live") live();
  else if (how === "left") zoom(from - width / 4, to - width / 4);
  else if (how === "right") zoom(from + width / 4, to + width / 4);
  else if (how === "in") zoom(from + width / 4, to - width / 4);
  else zoom(from - width / 2, to + width / 2);
}

function mark() {
  for (const knob of by("ranges").children) {
    knob.ariaPressed = String(time.live && Number(knob.dataset.range) === time.range);
  }
  const now = by("moves").querySelector("[data-move=live]");
  now.disabled = time.live;
  by("charts").ariaLabel = time.live ? "" : `${moment(time.from)} to ${moment(time.to)}`;
}

by("ranges").addEventListener("click", ({ target }) => {
  if (target.dataset.range) live(Number(target.dataset.range));
});
by("moves").addEventListener("click", ({ target }) => {
  if (target.dataset.move) move(target.dataset.move);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const tile of tiles.values()) tile.repaint(time);
});
mark();
