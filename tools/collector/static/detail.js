// One event in full: why it is bad, its data, and what was sent.
import { button, byId, copy, getJson, make } from "./dom.js";
import { failedParts } from "./failed_parts.js";
import { stamp, zone } from "./times.js";

const panel = byId("detail");
let shown = null; // id of the event
let onClose = () => {};
let requests = 0; // an answer to an older one is ignored

// Shows an event; close() is called when the user asks to close it.
export async function open(id, close) {
  onClose = close;
  if (shown === id) return;
  shown = id;
  requests += 1;
  const request = requests;
  let parts;
  let name = "Event";
  try {
    const record = await getJson(`/micro/event/${encodeURIComponent(id)}`);
    parts = sections(record, record.failures ? await failedParts(id) : []);
    const { event = {}, rawEvent } = record;
    name = event.event === "unstruct" ? event.event_name : event.event;
    name ??= rawEvent ? "Event" : "A whole request";
  } catch (error) {
    const isGone = error.message.startsWith("404");
    const why = isGone ? "This event is no longer stored." : "The collector does not answer.";
    parts = [make("p", "hint", why)];
  }
  if (request !== requests) return;
  const heading = make("h2", null, name);
  heading.id = "detail-name";
  panel.replaceChildren(make("header", null, heading, button("quiet", "Close", askToClose)), ...parts);
  panel.hidden = false;
  panel.classList.toggle("wide", Boolean(panel.querySelector(".failed-part")));
  panel.scrollTop = 0;
  document.body.classList.add("reading");
  panel.focus({ preventScroll: true });
}

export function askToClose() {
  if (shown !== null) onClose();
}

export function close() {
  requests += 1;
  shown = null;
  panel.hidden = true;
  document.body.classList.remove("reading");
}

function sections(record, failed) {
  const all = contents(record);
  return [record.failures ? reasons(record.failures) : null, ...failed,
    record.suspicious ? reasons(record.suspicious, "reasons suspicious") : null,
    ...all.slice(0, -1), sent(record), ...all.slice(-1)].filter(Boolean);
}

// The data, the entities, the columns, and last the stored record.
export function contents(record) {
  const event = { ...record.event };
  const { unstruct_event: unstruct, contexts } = event;
  delete event.unstruct_event;
  delete event.contexts;
  const entities = contexts?.data ?? [];
  return [
    unstruct ? section(title(unstruct.data.schema), table(unstruct.data.data)) : null,
    ...entities.map((one) => section(`${title(one.schema)} (entity)`, table(one.data))),
    Object.keys(event).length ? section(`Columns (times: ${zone()})`, table(event)) : null,
    json("Stored record", record),
  ].filter(Boolean);
}

const title = (uri) => uri.split("/").slice(1, 2).concat(uri.split("/").slice(3)).join(" ");

function section(name, content) {
  return make("section", null, make("h3", null, name), content);
}

// An object as a table; arrays and objects in it as JSON.
function table(data) {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    return make("pre", null, JSON.stringify(data, null, 2));
  }
  const list = make("dl", "table");
  for (const [key, value] of Object.entries(data)) {
    const time = key.endsWith("_tstamp") ? Date.parse(value) : NaN;
    const deep = value !== null && typeof value === "object";
    const shown = make("dd", typeof value, deep ? readable(value)
      : Number.isNaN(time) ? String(value) : stamp(time));
    list.append(make("div", null, make("dt", null, key), shown));
  }
  return list;
}

// JSON in which each element of an array has its own line.
function readable(value) {
  const lines = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : null;
  return make("pre", null, lines ? lines.join("\n") : JSON.stringify(value, null, 1));
}

// What is wrong, and what to change.
export function reasons(failures, className = "reasons") {
  const list = make("ul", className);
  for (const { field, value, rule, hint } of failures) {
    list.append(make("li", null, make("b", null, field),
      value === null ? null : make("code", null, value), make("span", null, rule),
      hint ? make("p", "advice", hint) : null));
  }
  return list;
}

// What the tracker sent: the parameters of an event, or the body or query of a bad request.
export function sent(record) {
  if (record.rawEvent) {
    const { parameters } = record.rawEvent;
    const curl = `curl '${location.origin}/i?${new URLSearchParams(parameters)}'`;
    return fold("As it was sent", JSON.stringify(parameters, null, 2), ["Copy as curl", curl]);
  }
  const { api, body, contentType, querystring } = record.collectorPayload;
  const query = querystring.join("&");
  const url = `${location.origin}${body === null ? "/i" : `/${api.vendor}/${api.version}`}${query && `?${query}`}`;
  const type = contentType ? ` -H ${quoted(`Content-Type: ${contentType}`)}` : "";
  const curl = `curl ${quoted(url)}${body === null ? "" : `${type} --data-raw ${quoted(body)}`}`;
  return fold("As it was sent", body || query || "(nothing)", ["Copy as curl", curl]);
}

// Text as one argument of a shell. Control characters are escaped: a terminal that such a text is
// pasted into would obey a Ctrl-C in it, and run the lines after that.
function quoted(text) {
  if (!/[\0-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\0-\x1f\x7f\\']/g,
    (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `$'${escaped}'`;
}

function json(name, value) {
  return fold(name, JSON.stringify(value, null, 2));
}

// A part that can be opened, with buttons that copy: the text itself, and others [label, text].
function fold(name, text, ...others) {
  const buttons = [["Copy", text], ...others].map(([label, copied]) => {
    const one = button("copy", label, () => copy(copied, one));
    return one;
  });
  return make("details", null, make("summary", null, name),
    make("pre", null, make("code", null, text), make("span", "copies", ...buttons)));
}
