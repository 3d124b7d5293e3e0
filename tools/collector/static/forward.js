// The bar that says how far behind the target of --forward is, and what to do.
import { byId, getJson } from "./dom.js";
import { plural } from "./format.js";
import { duration } from "./times.js";

const SECONDS = 5; // between two questions

function text({ target, waiting, sent, aside, dropped, failing, next_try_seconds: next, last_error: last }) {
  const parts = [`Forwarding to ${target}: ${plural(sent.events, "event")} sent.`];
  if (waiting.requests) {
    parts.push(`${plural(waiting.events, "event")} in ${plural(waiting.requests, "request")} wait,`
      + ` the oldest for ${duration(waiting.oldest_seconds)}.`);
  }
  if (failing) {
    parts.push(`The target takes nothing: ${last.error}. ${last.advice} Next try in ${duration(next)}.`);
  }
  if (aside.requests) {
    parts.push(`${plural(aside.events, "event")} in ${plural(aside.requests, "request")} were refused, and`
      + " are kept aside.");
  }
  if (dropped.events) {
    parts.push(`${plural(dropped.events, "event")} were dropped for want of room: --forward-mb gives more.`);
  }
  return parts.join(" ");
}

// Returns whether there is a target.
async function show() {
  const status = await getJson("/micro/forward");
  byId("forward").hidden = !status.target;
  if (!status.target) return false;
  byId("forward-text").textContent = text(status);
  byId("forward").classList.toggle("trouble", status.failing || status.dropped.events > 0);
  byId("forward-now").hidden = !status.failing && !status.aside.requests;
  byId("forward-now").textContent = status.aside.requests ? "Send the refused ones again" : "Try now";
  byId("forward-aside").hidden = !status.aside.requests;
  return true;
}

async function poll() {
  let goesOn = true;
  try {
    goesOn = await show();
  } catch {
    // The page says elsewhere that the collector does not answer
  }
  if (goesOn) setTimeout(poll, SECONDS * 1000); // After another start the page reloads itself
}

byId("forward-now").addEventListener("click", async () => {
  await fetch("/micro/forward/again", { method: "POST" });
  setTimeout(() => show().catch(() => {}), 500);
});
poll();
