// Bars: how many events arrived in each part of the last hour, or of a shorter time if that has all.
import * as address from "./address.js";
import { atMostEvery, button, byId, isPressed, make } from "./dom.js";
import { clock, zone } from "./times.js";
import { whole } from "./format.js";

const BARS = 60;
const MINUTES = [60, 15, 5]; // that the bars can show
const timeline = byId("timeline");
let reached = 0; // start of the bar that the Tab key reaches

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
  if (isPressed(timeline)) return refresh();
  const most = Math.max(1, ...points.map((point) => point.validEvents + point.failedEvents));
  const hadFocus = timeline.contains(document.activeElement);
  timeline.replaceChildren(...points.map((point) => bar(point, most)));
  const bars = [...timeline.querySelectorAll("button")];
  const next = bars.find((one) => Number(one.dataset.start) >= reached) ?? bars.at(-1);
  if (next) next.tabIndex = 0;
  if (hadFocus) next?.focus();
  byId("timeline-from").textContent = `${clock(points[0].bucket.start).slice(0, 5)} ${zone()}`;
  byId("timeline-to").textContent = "now";
  const sum = (key) => points.reduce((total, point) => total + point[key], 0);
  byId("arrivals-text").textContent =
    `last ${minutes} minutes: ${whole(sum("validEvents"))} good, ${whole(sum("failedEvents"))} bad`;
}

function bar({ validEvents: good, failedEvents: bad, bucket }, most) {
  const text = `${clock(bucket.start)}: ${whole(good)} good, ${whole(bad)} bad`;
  const { start: from, end: to } = bucket;
  const column = good + bad ? button("column", "", () => address.open("events", { from, to }))
    : make("div", "column");
  for (const [count, verdict] of [[bad, "bad"], [good, "good"]]) {
    if (!count) continue;
    const part = make("span", verdict);
    part.style.height = `${Math.max(4, (100 * count) / most)}%`;
    column.append(part);
  }
  column.title = text;
  if (!(good + bad)) return column;
  column.ariaLabel = text;
  column.tabIndex = -1;
  column.dataset.start = from;
  column.addEventListener("focus", () => { reached = from; });
  return column;
}

// The arrow keys go from bar to bar; Enter shows the events of one.
timeline.addEventListener("keydown", (press) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[press.key];
  if (!step) return;
  press.stopPropagation();
  press.preventDefault();
  const bars = [...timeline.querySelectorAll("button")];
  const next = bars[bars.indexOf(document.activeElement) + step];
  if (!next) return;
  for (const one of bars) one.tabIndex = one === next ? 0 : -1;
  next.focus();
});

setInterval(() => { if (!document.hidden && !byId("live").hidden) refresh(); }, 15000);
