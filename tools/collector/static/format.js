// Numbers, units and times as text.

const UNITS = { Cel: "°C", "1": "", "[degF]": "°F", "dB[mW]": "dBm", Ohm: "Ω" };
const LARGE = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];

// value, and its unit as a UCUM code or null -> [text, unit]
export function quantity(value, unit) {
  const [divisor, shown] = scale(Math.abs(value), unit);
  return [digits(value / divisor), shown];
}

// size, UCUM code -> [divisor of the value, unit to show]
function scale(size, unit) {
  if (unit === "Pa" && size >= 1000) return [100, "hPa"];
  if (unit !== "By") return [1, unit ? UNITS[unit] ?? unit : ""];
  let power = 0;
  while (size >= 1024 ** (power + 1) && power < LARGE.length - 1) power += 1;
  return [1024 ** power, `${LARGE[power]}B`];
}

// The labels of an axis, all in one unit, with enough decimal places to differ.
export function labels(values, unit) {
  const [divisor] = scale(Math.max(...values.map(Math.abs)), unit);
  if (values.length < 2) return values.map((value) => digits(value / divisor));
  const step = (values[1] - values[0]) / divisor;
  let places = Math.max(0, Math.min(8, -Math.floor(Math.log10(step))));
  const exact = step * 10 ** places;
  if (Math.abs(exact - Math.round(exact)) > 0.01) places += 1;
  const form = { minimumFractionDigits: places, maximumFractionDigits: places };
  return values.map((value) => (value / divisor).toLocaleString("en", form));
}

export function digits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2);
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  return value.toLocaleString("en", { maximumFractionDigits: places });
}

export function whole(count) {
  return count.toLocaleString("en");
}

export function duration(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}

export function ago(at, now = Date.now()) {
  const seconds = (now - at) / 1000;
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}

const twoDigits = (number) => String(number).padStart(2, "0");

export function clock(at) {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

export function day(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

// The time of day, with the date if it is not today.
export function moment(at) {
  return day(at) === day(Date.now()) ? clock(at) : `${day(at)} ${clock(at)}`;
}
