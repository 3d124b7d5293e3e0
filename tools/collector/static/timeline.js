// Bars: how many events arrived in each part of the last hour, or of a shorter time if that has all.
import { atMostEvery, byId, getJson, make } from "./dom.js";
import { clock, whole } from "./format.js";

const BARS = 60;
const MINUTES = [60, 15, 5]; // that the bars can show
let onSelect = () => {};

// select(from, to) is called with the times of a bar, in ms.
export function listen(select) {
  onSelect = select;
}

export const refresh = atMostEvery(500, draw);

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
  let [minutes, points] = [MINUTES[0], []];
  try {
    points = await count(minutes);
    const first = points.findIndex((point) => point.validEvents || point.failedEvents);
    const shorter = MINUTES.filter((one) => BARS - first < one).at(-1);
    if (first >= 0 && shorter < minutes) points = await count(minutes = shorter);
  } catch {
    return; // The header shows that the collector does not answer
  }
  const most = Math.max(1, ...points.map((point) => point.validEvents + point.failedEvents));
  byId("timeline").replaceChildren(...points.map((point) => bar(point, most)));
  byId("timeline-from").textContent = clock(points[0].bucket.start).slice(0, 5);
  byId("timeline-to").textContent = "now";
  const sum = (key) => points.reduce((total, point) => total + point[key], 0);
  byId("arrivals-text").textContent =
    `last ${minutes} minutes: ${whole(sum("validEvents"))} good, ${whole(sum("failedEvents"))} bad`;
}

function bar({ validEvents: good, failedEvents: bad, bucket }, most) {
  const column = make("div", "column");
  for (const [count, verdict] of [[bad, "bad"], [good, "good"]]) {
    if (!count) continue;
    const part = make("div", verdict);
    part.style.height = `${Math.max(4, (100 * count) / most)}%`;
    column.append(part);
  }
  column.title = `${clock(bucket.start)}: ${whole(good)} good, ${whole(bad)} bad`;
  if (good + bad) column.addEventListener("click", () => onSelect(bucket.start, bucket.end));
  return column;
}

setInterval(() => { if (!document.hidden && !byId("live").hidden) refresh(); }, 15000);
