// The view Failed: what is wrong with events, how often, since when, of which boards.
import * as boards from "./boards.js";
import { atMostEvery, button, byId, getJson, isPressed, make } from "./dom.js";
import * as detail from "./detail.js";
import { failedParts } from "./failed_parts.js";
import { events, plural, whole } from "./format.js";
import { timeElement, zone } from "./times.js";

const list = byId("failures");
const items = new Map(); // app, name and failures, as JSON -> list item
let requests = 0; // an answer to an older one is ignored
let known = 0; // id of the newest failed event that was shown

export async function show() {
  requests += 1;
  const request = requests;
  const found = await getJson("/micro/failures").catch(() => null);
  if (request !== requests || !found) return;
  const shown = found.kinds.map(place);
  for (const [key, item] of items) if (!shown.includes(item)) items.delete(key);
  if (shown.some((item, i) => list.children[i] !== item) || list.children.length > shown.length) {
    list.replaceChildren(...shown);
  }
  known = Math.max(known, ...found.kinds.map((kind) => kind.id));
  byId("none-failed").hidden = shown.length > 0;
  byId("failed-bar").hidden = !shown.length;
  const kinds = `${plural(shown.length, "kind")} of failure`;
  const which = found.all ? "all" : "the newest";
  byId("failed-sum").textContent =
    `${kinds} in ${which} ${events(found.scanned)} that failed; times in ${zone()}`;
}

const showSoon = atMostEvery(1000, show);

// Events were stored.
export function add(arrived) {
  if (!byId("failed").hidden && arrived.some((event) => !event.good)) showSoon();
}

// The item of a kind of failure, made anew if it has a newer event.
function place(kind) {
  const { app_id: app, name, record, count, id } = kind;
  const key = JSON.stringify([app, name, record.failures.map(({ field, rule }) => [field, rule])]);
  const version = `${id} ${count} ${zone()} ${kind.boards.map(boards.titleOf)}`;
  const before = items.get(key);
  if (before && (before.version === version || isPressed(before))) return before;
  const item = failure(kind);
  item.version = version;
  item.querySelector("details").open = before?.querySelector("details").open ?? false;
  item.classList.toggle("new", known > 0 && id > known);
  items.set(key, item);
  return item;
}

function failure({ id, first, last, app_id: app, name, record, count, boards: keys }) {
  const isEvent = Boolean(record.rawEvent);
  const title = isEvent ? [app, name].filter(Boolean).join(" · ") || "event" : "a whole request";
  const more = button("more", "Event in full", async () => {
    more.disabled = true;
    more.replaceWith(...await failedParts(id), ...detail.contents(record));
  });
  const times = count > 1 ? [`${whole(count)} times since `, timeElement(first)] : [];
  const from = keys.map((key) => boards.titleOf(key)).join(", ");
  return make("li", null,
    make("header", null, timeElement(last), make("b", null, title), make("span", "times", ...times)),
    from ? make("p", "hint", `from ${from}`) : null,
    detail.reasons(record.failures), detail.sent(record),
    ...(isEvent ? [more, replayButton(app, name)] : []));
}

// -> {judged, good}, or null where the collector does not answer
async function judgeAgain(filters) {
  const body = JSON.stringify(filters);
  const answer = await fetch("/micro/replay", { method: "POST", body }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

// Judges the failed events of one app and name again. The page reloads itself if one is good now.
function replayButton(app, name) {
  const again = button("more", "Judge again", async () => {
    again.disabled = true;
    const found = await judgeAgain({ app_id: app, name });
    again.textContent = found ? `${whole(found.good)} of ${whole(found.judged)} are good now`
      : "Not judged: the collector did not answer";
  });
  again.title = "After you have mended the schema";
  return again;
}

// Judges all failed events again, as if they came now: after a schema was mended.
byId("replay").addEventListener("click", async () => {
  byId("replay").disabled = true;
  byId("replayed").textContent = "Judging …";
  const found = await judgeAgain({});
  byId("replayed").textContent = !found ? "The collector did not do it."
    : `${events(found.judged)} judged again, ${whole(found.good)} of them good now`;
  byId("replay").disabled = false;
  show();
});
