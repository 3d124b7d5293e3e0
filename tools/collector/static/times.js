// Times as text, in local time or UTC, absolute or relative, as the settings say. All are ms.
import { make } from "./dom.js";
import * as settings from "./settings.js";

const DAY_MS = 86400000;
const two = (number) => String(number).padStart(2, "0");

export const isUtc = () => settings.get("zone") === "utc";

// A Date whose UTC fields are those to show.
function shifted(at) {
  return new Date(isUtc() ? at : at - new Date(at).getTimezoneOffset() * 60000);
}

// "UTC", or such as "UTC+02:00"
export function zone(at = Date.now()) {
  const minutes = isUtc() ? 0 : -new Date(at).getTimezoneOffset();
  if (!minutes) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export const clock = (at) => shifted(at).toISOString().slice(11, 19);
export const day = (at) => shifted(at).toISOString().split("T")[0];

// The time of day, with the date if it is not today.
export function moment(at) {
  return day(at) === day(Date.now()) ? clock(at) : `${day(at)} ${clock(at)}`;
}

// In full, with milliseconds and the zone.
export function stamp(at) {
  return `${day(at)} ${shifted(at).toISOString().split("T")[1].slice(0, -1)} ${zone(at)}`;
}

// As the user wants it: "3 min ago", or the time of day.
export function when(at) {
  return settings.get("times") === "relative" ? ago(at) : moment(at);
}

// An element with that, which is kept up to date.
export function timeElement(at) {
  const element = make("time", null, when(at));
  element.dataset.at = at;
  element.title = stamp(at);
  return element;
}

// A span in words: "27 Nov 03:14 to 04:14".
export function span(from, to) {
  const cut = to - from < 600000 ? 8 : 5;
  const end = clock(to).slice(0, cut);
  const start = `${day(from)} ${clock(from).slice(0, cut)}`;
  return day(from) === day(to) ? `${start} to ${end}` : `${start} to ${day(to)} ${end}`;
}

export function startOfDay(at) {
  const shift = shifted(at) - at;
  return Math.floor((at + shift) / DAY_MS) * DAY_MS - shift;
}

export function duration(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}

export function ago(at, now = Date.now()) {
  const seconds = (now - at) / 1000;
  if (seconds < -5) return `in ${duration(-seconds)}`;
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}

// The labels of a time axis: the date stands in a second line where it changes.
export function timeLabels(_, ticks, axis, space, step) {
  const cut = step >= 60 ? 5 : 8;
  let before = day(Date.now());
  return ticks.map((second, i) => {
    const at = second * 1000;
    const date = day(at);
    const changed = date !== before;
    before = date;
    if (step >= 86400) return date.slice(5);
    return changed || (i === 0 && date !== day(Date.now()))
      ? `${clock(at).slice(0, cut)}\n${date.slice(5)}` : clock(at).slice(0, cut);
  });
}

// For uPlot, which chooses the ticks: a Date whose local fields are those to show.
export const axisDate = (second) => {
  const date = new Date(second * 1000);
  return isUtc() ? new Date(second * 1000 + date.getTimezoneOffset() * 60000) : date;
};
