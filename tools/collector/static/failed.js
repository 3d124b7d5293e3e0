// What failed, and why: each with field, value, rule, and what was sent.
import { ask, button, by, make } from "./dom.js";
import * as detail from "./detail.js";
import { moment } from "./format.js";

const PAGE = 50;
let newest = null; // id; null: the view was never shown
let oldest = 0; // id of the last that was shown
let asked = 0;
const kinds = new Map(); // app, name and failures, as JSON -> list item

export async function show(before) {
  asked += 1;
  const mine = asked;
  const found = { good: 0, whole: 1, limit: PAGE, ...(before && { before }) };
  const events = await ask("/micro/list", found).catch(() => []);
  if (mine !== asked) return;
  if (!before) {
    newest = events[0]?.id ?? 0;
    by("failures").replaceChildren();
    kinds.clear();
  }
  oldest = events.at(-1)?.id ?? oldest;
  for (const event of events) place(event, "append");
  by("older-failed").hidden = events.length < PAGE;
  by("none-failed").hidden = by("failures").children.length > 0;
}

// Of what has just come, only ids are known; those that failed are asked for.
export async function add(events) {
  if (newest === null || by("failed").hidden) return;
  const fresh = events.filter((event) => !event.good && event.id > newest);
  if (!fresh.length) return;
  if (fresh.length > PAGE) return show();
  newest = fresh.at(-1).id;
  const records = await Promise.all(fresh.map((event) => ask(`/micro/event/${event.id}`)));
  fresh.forEach((event, i) => place({ ...event, record: records[i] }, "prepend"));
  by("none-failed").hidden = true;
  if (by("failures").children.length > 4 * PAGE) show();
}

// The same failure again and again is one item, with the newest of them.
function place(event, put) {
  const { app_id: app, name, record } = event;
  const kind = JSON.stringify([app, name, record.failures.map(({ field, rule }) => [field, rule])]);
  const known = kinds.get(kind);
  if (known && put === "append") {
    again(known, known.count + 1);
    return;
  }
  const item = failure(event);
  kinds.set(kind, item);
  again(item, (known?.count ?? 0) + 1);
  known?.remove();
  by("failures")[put](item);
  item.classList.toggle("new", put === "prepend");
}

function again(item, count) {
  item.count = count;
  item.querySelector(".times").textContent = count > 1 ? `${count} times, the newest:` : "";
}

function failure({ received, app_id: app, name, record }) {
  const what = record.rawEvent ? [app, name].filter(Boolean).join(" · ") : "";
  const alone = record.rawEvent ? what || "event" : "a whole request";
  const all = button("more", "Event in full", () => { all.replaceWith(...detail.rest(record)); });
  const item = make("li", null,
    make("header", null, make("time", null, moment(received)), make("b", null, alone),
      make("span", "times")),
    detail.reasons(record.failures), detail.raw(record), record.rawEvent ? all : null);
  return item;
}

by("older-failed").addEventListener("click",
  () => show(oldest));
