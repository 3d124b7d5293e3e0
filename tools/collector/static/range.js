// The range of time that all charts show, and its bar. The address has it: range, or from and to.
import * as address from "./address.js";
import { byId } from "./dom.js";
import { moment, span, zone } from "./times.js";

const MIN_RANGE_MS = 60 * 1000;
const [buttons, moves] = [byId("ranges"), byId("moves")];
const RANGES = [...buttons.children].map((one) => Number(one.dataset.range));
let byDefault = 3600000; // the range where the address says none

// In ms. live: it ends now and is so long as range, where 0 means: all.
export const time = { range: byDefault, from: 0, to: 0, live: true };

// Takes the range from the address. series are those to show: the default range reaches back to
// their newest reading, and "all" to their first.
export function update(series) {
  const query = address.current()[1];
  const [from, to] = [query.get("from"), query.get("to")].map(Number);
  const range = query.get("range");
  time.live = !(from >= 0 && to > from);
  if (time.live) {
    widen(series);
    time.range = range && RANGES.includes(Number(range)) ? Number(range) : byDefault;
    followNow(series);
  } else Object.assign(time, { from, to });
  show();
}

function widen(series) {
  const now = Date.now();
  const ages = series.map((one) => now - one.at).filter((age) => age > -60000);
  const age = ages.length ? Math.min(...ages) : 0;
  byDefault = RANGES.find((range) => range >= 3600000 && range > age) ?? 0;
}

export function followNow(series) {
  if (!time.live) return;
  const now = Date.now();
  const first = Math.min(now, ...series.map((one) => one.first ?? now));
  time.to = now;
  time.from = Math.min(Math.max(first, time.range ? now - time.range : first), now - MIN_RANGE_MS);
}

// Shows the time from .. to; null: up to now.
export function zoom(from, to) {
  if (from === null) return address.change({ from: null, to: null }, "zoom");
  if (to - from < 1000 || to < 0) return;
  const [start, end] = [Math.max(0, Math.floor(from)), Math.ceil(to)];
  address.change({ from: start, to: end }, "zoom");
}

export function move(direction) {
  const { from, to } = time;
  const width = to - from;
  if (direction === "live") zoom(null);
  else if (direction === "left") zoom(from - width / 4, to - width / 4);
  else if (direction === "right") zoom(from + width / 4, to + width / 4);
  else if (direction === "in") zoom(from + width / 4, to - width / 4);
  else zoom(from - width / 2, to + width / 2);
}

// The pressed button, and the range in words.
export function show() {
  for (const one of buttons.children) {
    one.ariaPressed = String(time.live && Number(one.dataset.range) === time.range);
  }
  moves.querySelector("[data-move=live]").disabled = time.live;
  const words = byId("range-text");
  const text = `${span(time.from, time.to)} (${zone(time.to)})${time.live ? ", live" : ""}`;
  if (words.textContent !== text) words.textContent = text;
  words.title = `${moment(time.from)} to ${moment(time.to)}`;
}

buttons.addEventListener("click", ({ target }) => {
  if (target.dataset.range) address.change({ range: target.dataset.range, from: null, to: null }, "range");
});
moves.addEventListener("click", ({ target }) => {
  if (target.dataset.move) move(target.dataset.move);
});
