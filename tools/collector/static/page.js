// Lists events as they come. Everything that a board sent is shown through textContent alone.
"use strict";

const MOST = 500; // rows on the page; older ones leave it, not the database
const by = (id) => document.getElementById(id);
const list = by("events");
let generation;
let settled = false; // What was there before the page is not marked as new

function fill(element, selector, text) {
  element.querySelector(selector).textContent = text;
}

function add(event) {
  const row = by("row").content.firstElementChild.cloneNode(true);
  const when = new Date(event.received);
  const schema = event.event_type === "unstruct" && event.schema;
  row.classList.add(event.good ? "good" : "bad");
  row.classList.toggle("new", settled);
  row.dataset.id = event.id;
  fill(row, "time", when.toLocaleTimeString([], { hour12: false }));
  row.querySelector("time").dateTime = when.toISOString();
  fill(row, ".verdict", event.good ? "good" : "bad");
  fill(row, ".app", event.app_id || "");
  fill(row, ".type", schema ? schema.split("/")[1] : event.event_type || "");
  fill(row, ".text", event.summary);
  row.querySelector("details").addEventListener("toggle", () => open(row), { once: true });
  list.prepend(row);
  while (list.children.length > MOST) list.lastElementChild.remove();
}

async function open(row) {
  const more = row.querySelector(".more");
  try {
    const answer = await fetch(`/micro/event/${row.dataset.id}`);
    if (!answer.ok) throw new Error("this event is no longer stored");
    const record = await answer.json();
    if (record.failures) more.append(reasons(record.failures));
    const code = document.createElement("pre");
    code.textContent = JSON.stringify(record, null, 2);
    more.append(code);
  } catch (error) {
    more.textContent = `Not to be had: ${error.message}`;
  }
}

function reasons(failures) {
  const items = document.createElement("ul");
  for (const { field, value, rule } of failures) {
    const item = document.createElement("li");
    for (const text of [field, value]) {
      if (text === null) continue;
      const code = document.createElement("code");
      code.textContent = text;
      item.append(code, " ");
    }
    item.append(rule);
    items.append(item);
  }
  return items;
}

function count(counts) {
  by("good").textContent = counts.good;
  by("bad").textContent = counts.bad;
  by("empty").hidden = counts.total > 0;
  if (counts.generation !== generation) list.replaceChildren(); // A reset, or another collector
  generation = counts.generation;
}

function link(text, waiting) {
  by("link").textContent = text;
  by("link").classList.toggle("waiting", waiting);
}

by("curl").textContent =
  `curl '${location.origin}/i?e=se&p=iot&tv=curl&aid=desk&se_ca=test&se_ac=hello&se_va=21.5'`;
by("config").textContent = `"collector": "${location.origin}"`;
by("local").hidden = !["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
by("only-bad").addEventListener("change", (change) => {
  list.classList.toggle("only-bad", change.target.checked);
});

// The browser connects again by itself, and tells the last id that it has seen.
const stream = new EventSource("/micro/stream");
stream.addEventListener("open", () => link("live", false));
stream.addEventListener("open", () => setTimeout(() => { settled = true; }, 1000), { once: true });
stream.addEventListener("error", () => link("not connected: is the collector running?", true));
stream.addEventListener("counts", (message) => count(JSON.parse(message.data)));
stream.addEventListener("message", (message) => add(JSON.parse(message.data)));
