// Numbers and units as text.

const UNITS = { Cel: "°C", "1": "", "[degF]": "°F", "dB[mW]": "dBm", Ohm: "Ω" };
const LARGE = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
// Of the event health, whose numbers come without one.
const HEALTH_UNITS = {
  uptime: "s", awakeMs: "ms", radioMs: "ms", asleepMs: "ms", joinMs: "ms", sendMs: "ms",
  memoryFree: "By", memoryLargest: "By", flashSize: "By", flashFree: "By", rssi: "dBm",
  supply: "mV", battery: "%", temperature: "Cel", charge: "mC",
};
const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power);

// The unit of a series as a UCUM code, or null.
export function unitOf({ sensor, quantity: name, unit }) {
  return unit ?? (sensor === "health" ? HEALTH_UNITS[name] ?? null : null);
}

// value, and its unit as a UCUM code or null -> [text, unit]
export function quantity(value, unit) {
  const [divisor, shown] = scale(Math.abs(value), unit);
  return [digits(value / divisor), shown];
}

export function withUnit(value, unit) {
  return quantity(value, unit).join(" ").trim();
}

// size, UCUM code -> [divisor of the value, unit to show]
function scale(size, unit) {
  if (unit === "Pa" && size >= 1000) return [100, "hPa"];
  if (unit !== "By") return [1, unit ? UNITS[unit] ?? unit : ""];
  let power = 0;
  while (size >= 1024 ** (power + 1) && power < LARGE.length - 1) power += 1;
  return [1024 ** power, `${LARGE[power]}B`];
}

// The steps that an axis may have; undefined: as the chart library does it.
export const axisSteps = (unit) => (unit === "By" ? BINARY_STEPS : undefined);

// The labels of an axis, all in one unit, with enough decimal places to differ.
export function labels(values, unit) {
  const [divisor, shown] = scale(Math.max(...values.map(Math.abs)), unit);
  const end = unit === "By" ? ` ${shown}` : "";
  if (values.length < 2) return values.map((value) => digits(value / divisor) + end);
  const step = (values[1] - values[0]) / divisor;
  let places = Math.max(0, Math.min(8, -Math.floor(Math.log10(step))));
  for (const most = places + 2; places < most && !isWhole(step * 10 ** places);) places += 1;
  const form = { minimumFractionDigits: places, maximumFractionDigits: places };
  return values.map((value) => (value / divisor).toLocaleString("en", form) + end);
}

const isWhole = (number) => Math.abs(number - Math.round(number)) < 0.01;

export function digits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2);
  const places = size >= 1e6 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  return value.toLocaleString("en", { maximumFractionDigits: places });
}

export function whole(count) {
  return count.toLocaleString("en");
}

export const plural = (number, name) => `${whole(number)} ${name}${number === 1 ? "" : "s"}`;
export const events = (number) => plural(number, "event");
