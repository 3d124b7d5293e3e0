// Small lines of the last 24 hours, with the lowest and highest value of today.
import { atMostEvery, getJson, make, shape } from "./dom.js";
import { quantity, unitOf } from "./format.js";
import { startOfDay } from "./times.js";

const HOURS_24 = 86400000;
const POINTS = 48;
const AT_ONCE = 50; // series in a request
const FRESH_MS = 15000;
const [WIDTH, HEIGHT] = [96, 26];
const known = new Map(); // id of a series -> [its sparkline, when it was asked for]
const wanted = new Map(); // id -> series

// The element of a series; it is drawn when its data has come.
export function sparkline(series) {
  const element = make("span", "spark");
  element.dataset.spark = series.id;
  const [data, asked] = known.get(series.id) ?? [null, 0];
  if (data) draw(element, data, series);
  if (Date.now() - asked > FRESH_MS) {
    wanted.set(series.id, series);
    load();
  }
  return element;
}

const load = atMostEvery(60, async () => {
  const asked = [...wanted.values()].slice(0, AT_ONCE);
  const now = Date.now();
  for (const { id } of asked) {
    wanted.delete(id);
    known.set(id, [known.get(id)?.[0] ?? null, now]);
  }
  if (wanted.size) load();
  const found = await getJson("/micro/sparklines", {
    series: asked.map(({ id }) => id).join(","), from: now - HOURS_24, to: now,
    day: startOfDay(now), points: POINTS,
  }).catch(() => ({}));
  for (const series of asked) {
    const data = found[series.id];
    if (!data) continue;
    known.set(series.id, [data, now]);
    for (const element of document.querySelectorAll(`[data-spark="${series.id}"]`)) {
      draw(element, data, series);
    }
  }
});

function draw(element, { part, value, low, high, day }, series) {
  const bottom = Math.min(...low);
  const height = Math.max(...high) - bottom || 1;
  const x = (i) => ((part[i] + 0.5) * WIDTH / POINTS).toFixed(1);
  const y = (number) => (HEIGHT - 2 - (number - bottom) / height * (HEIGHT - 4)).toFixed(1);
  const points = (column) => part.map((_, i) => `${x(i)},${y(column[i])}`);
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  if (part.length === 1) svg.append(shape("circle", { cx: x(0), cy: y(value[0]), r: 1.5 }));
  else svg.append(
    shape("polygon", { points: [...points(high), ...points(low).reverse()].join(" ") }),
    shape("polyline", { points: points(value).join(" ") }));
  const words = make("span", "today", today(day, unitOf(series)));
  words.title = "the lowest and highest value of today";
  element.replaceChildren(...(part.length ? [svg] : []), words);
}

function today([low, high], unit) {
  if (low === null) return "none today";
  const [[least, ofLeast], [most, ofMost]] = [quantity(low, unit), quantity(high, unit)];
  return `today ${ofLeast === ofMost ? least : `${least} ${ofLeast}`} to ${most} ${ofMost}`;
}
