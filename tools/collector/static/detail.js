// One event in full: why it is bad, what it says, what was sent.
import { ask, button, by, copy, make } from "./dom.js";

const panel = by("detail");
let onClose = () => {};
let asked = 0;

export async function open(id, closed) {
  onClose = closed;
  asked += 1;
  const mine = asked;
  let parts;
  let name = "Event";
  try {
    const record = await ask(`/micro/event/${id}`);
    parts = whole(record);
    const { event = {}, rawEvent } = record;
    name = event.event === "unstruct" ? event.event_name : event.event;
    name ??= rawEvent ? "Event" : "A whole request";
  } catch (error) {
    const gone = error.message.startsWith("404");
    const why = gone ? "This event is no longer stored." : "The collector does not answer.";
    parts = [make("p", "hint", why)];
  }
  if (mine !== asked) return;
  const bar = make("header", null, make("h2", null, name), button("quiet", "Close", close));
  panel.replaceChildren(bar, ...parts);
  panel.hidden = false;
  panel.scrollTop = 0;
  document.body.classList.add("reading");
}

export function close() {
  if (panel.hidden) return;
  asked += 1;
  panel.hidden = true;
  document.body.classList.remove("reading");
  onClose();
}

function whole(record) {
  return [record.failures ? reasons(record.failures) : null, ...rest(record).slice(0, -1),
    raw(record), ...rest(record).slice(-1)].filter(Boolean);
}

// All but the reasons and what was sent.
export function rest(record) {
  const event = { ...record.event };
  const { unstruct_event: unstruct, contexts } = event;
  delete event.unstruct_event;
  delete event.contexts;
  const entities = contexts?.data ?? [];
  return [
    unstruct ? section(title(unstruct.data.schema), tree(unstruct.data.data)) : null,
    ...entities.map((one) => section(`${title(one.schema)} (entity)`, tree(one.data))),
    Object.keys(event).length ? section("Columns", tree(event)) : null,
    json("Stored record", record),
  ].filter(Boolean);
}

const title = (uri) => uri.split("/").slice(1, 2).concat(uri.split("/").slice(3)).join(" ");

function section(name, content) {
  return make("section", null, make("h3", null, name), content);
}

// An object as a table; what is deeper, as JSON.
function tree(data) {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    return make("pre", null, JSON.stringify(data, null, 2));
  }
  const list = make("dl", "table");
  for (const [key, value] of Object.entries(data)) {
    const deep = value !== null && typeof value === "object";
    const shown = make("dd", typeof value, deep ? readable(value) : String(value));
    list.append(make("div", null, make("dt", null, key), shown));
  }
  return list;
}

// [{quantity: "a", value: 1}] a line each.
function readable(value) {
  const lines = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : null;
  return make("pre", null, lines ? lines.join("\n") : JSON.stringify(value, null, 1));
}

export function reasons(failures) {
  const list = make("ul", "reasons");
  for (const { field, value, rule } of failures) {
    list.append(make("li", null, make("b", null, field),
      value === null ? null : make("code", null, value), make("span", null, rule)));
  }
  return list;
}

// What came over the wire: the parameters of an event, or the body that could not be read.
export function raw(record) {
  const sent = record.rawEvent;
  if (sent) return json("As it was sent", sent.parameters);
  const payload = record.collectorPayload;
  const body = payload.body ?? payload.querystring.join("&");
  return fold("As it was sent", body || "(nothing)");
}

function json(name, value) {
  return fold(name, JSON.stringify(value, null, 2));
}

function fold(name, text) {
  const knob = button("copy", "Copy", () => copy(text, knob));
  return make("details", null, make("summary", null, name),
    make("pre", null, make("code", null, text), knob));
}
