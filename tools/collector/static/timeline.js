// How many good and bad events came in each piece of the last hour, or of less where all came then.
import { ask, by, make, paced } from "./dom.js";
import { clock, whole } from "./format.js";

const BARS = 60;
const SPANS = [60, 15, 5]; // minutes
let onSpan = () => {};

export function listen(span) {
  onSpan = span;
}

export const refresh = paced(500, draw);

async function count(minutes) {
  const step = (minutes * 60000) / BARS;
  const last = Math.floor(Date.now() / step) * step;
  const times = Array.from({ length: BARS }, (_, i) => last - (BARS - 1 - i) * step);
  const buckets = times.map((at) => ({ start: at, end: at + step }));
  const answer = await fetch("/micro/timeline", {
    method: "POST", body: JSON.stringify({ buckets }),
  });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).points;
}

async function draw() {
  let [minutes, points] = [SPANS[0], []];
  try {
    points = await count(minutes);
    const first = points.findIndex((point) => point.validEvents || point.failedEvents);
    const shorter = SPANS.filter((span) => BARS - first < span).at(-1);
    if (first >= 0 && shorter < minutes) points = await count(minutes = shorter);
  } catch {
    return; // The page says already that the collector is away
  }
  const most = Math.max(1, ...points.map((point) => point.validEvents + point.failedEvents));
  by("timeline").replaceChildren(...points.map((point) => bar(point, most)));
  by("timeline-from").textContent = clock(points[0].bucket.start).slice(0, 5);
  by("timeline-to").textContent = "now";
  const sum = (key) => points.reduce((total, point) => total + point[key], 0);
  by("arrivals-text").textContent =
    `last ${minutes} minutes: ${whole(sum("validEvents"))} good, ${whole(sum("failedEvents"))} bad`;
}

function bar({ validEvents: good, failedEvents: bad, bucket }, most) {
  const column = make("div", "column");
  for (const [count, kind] of [[bad, "bad"], [good, "good"]]) {
    if (!count) continue;
    const part = make("div", kind);
    part.style.height = `${Math.max(4, (100 * count) / most)}%`;
    column.append(part);
  }
  column.title = `${clock(bucket.start)}: ${whole(good)} good, ${whole(bad)} bad`;
  if (good + bad) column.addEventListener("click", () => onSpan(bucket.start, bucket.end));
  return column;
}

setInterval(() => { if (!document.hidden && !by("live").hidden) refresh(); }, 15000);
