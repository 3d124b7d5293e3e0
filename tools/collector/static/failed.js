// The view Failed: each failed event with the field, the value, the rule, and what was sent.
import { button, byId, getJson, make } from "./dom.js";
import * as detail from "./detail.js";
import { moment } from "./format.js";

const PAGE = 50;
let listed = Infinity; // id up to which the list is complete; Infinity: it is not loaded
let stored = 0; // id of the newest failed event that the collector has stored
let oldest = 0; // id of the last event in the list
let requests = 0; // for the list; an answer to an older one is ignored
let isAdding = false; // a request for newer events is waiting for its answer
const items = new Map(); // app, name and failures, as JSON -> list item

const failedEvents = (limits) =>
  getJson("/micro/list", { good: 0, whole: 1, limit: PAGE, ...limits });

export async function show(before) {
  requests += 1;
  const request = requests;
  const newest = stored; // What is stored up to here is in the answer
  if (!before) listed = Infinity;
  const events = await failedEvents(before && { before }).catch(() => []);
  if (request !== requests) return;
  if (!before) {
    listed = Math.max(newest, events[0]?.id ?? 0);
    byId("failures").replaceChildren();
    items.clear();
  }
  oldest = events.at(-1)?.id ?? oldest;
  for (const event of events) place(event, "append");
  byId("older-failed").hidden = events.length < PAGE;
  byId("none-failed").hidden = byId("failures").children.length > 0;
  addNewer();
}

// Events were stored.
export function add(events) {
  stored = Math.max(stored, ...events.filter((event) => !event.good).map((event) => event.id));
  addNewer();
}

async function addNewer() {
  if (isAdding || byId("failed").hidden) return;
  isAdding = true;
  while (listed < stored) {
    const [request, newest] = [requests, stored];
    const events = await failedEvents({ after: listed }).catch(() => null);
    if (!events) break; // The next event tries again
    if (request !== requests) continue; // The list was loaded anew meanwhile
    listed = Math.max(newest, events[0]?.id ?? 0);
    for (const event of [...events].reverse()) place(event, "prepend");
    byId("none-failed").hidden = byId("failures").children.length > 0;
    if (events.length === PAGE || byId("failures").children.length > 4 * PAGE) show();
  }
  isAdding = false;
}

// Events of one app and name with the same failures are one item, which shows the newest of them.
function place(event, method) {
  const { app_id: app, name, record } = event;
  const key = JSON.stringify([app, name, record.failures.map(({ field, rule }) => [field, rule])]);
  const known = items.get(key);
  if (known && method === "append") {
    setCount(known, known.count + 1);
    return;
  }
  const item = failure(event);
  items.set(key, item);
  setCount(item, (known?.count ?? 0) + 1);
  known?.remove();
  byId("failures")[method](item);
  item.classList.toggle("new", method === "prepend");
}

function setCount(item, count) {
  item.count = count;
  item.querySelector(".times").textContent = count > 1 ? `${count} times, the newest:` : "";
}

function failure({ received, app_id: app, name, record }) {
  const isEvent = Boolean(record.rawEvent);
  const title = isEvent ? [app, name].filter(Boolean).join(" · ") || "event" : "a whole request";
  const more = button("more", "Event in full", () => more.replaceWith(...detail.contents(record)));
  return make("li", null,
    make("header", null, make("time", null, moment(received)), make("b", null, title),
      make("span", "times")),
    detail.reasons(record.failures), detail.sent(record), isEvent ? more : null);
}

byId("older-failed").addEventListener("click", () => show(oldest));
