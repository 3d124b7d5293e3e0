// Alarms: limits of quantities, and how long a quantity or a board may be silent. This browser
// keeps them.
import { button, make } from "./dom.js";
import { unitOf, withUnit } from "./format.js";
import * as settings from "./settings.js";
import { ago } from "./times.js";

const ALL = "all"; // what is kept for all boards; for one of them it is "board KEY"
const notified = new Set(); // keys of boards whose alarms a notification has told

const idOf = (key) => (key === null ? ALL : `board ${key}`);
const limitId = (key, one) => (key === null ? `* ${one.quantity}` : `${one.sensor} ${one.quantity}`);
const kept = (key) => settings.get("alarms")[idOf(key)] ?? {};

// [low, high, minutes without a reading] of a series, with null where there is none. A board's own
// come before those of all boards.
export function limits(one) {
  return kept(one.board).limits?.[limitId(one.board, one)]
    ?? kept(null).limits?.[limitId(null, one)] ?? [null, null, null];
}

// Whether the newest value of a series is outside of its limits.
export function isOut(one) {
  const [low, high] = limits(one);
  return (low !== null && one.value < low) || (high !== null && one.value > high);
}

// The alarms of a board now: [{level: "alarm", text}]
export function active(board, series) {
  const minutes = kept(board.key).silence ?? kept(null).silence;
  const found = [];
  if (minutes && Date.now() - board.last > minutes * 60000) {
    found.push(`silent: last event ${ago(board.last)}`);
  }
  for (const one of series) {
    const [low, high, silence] = limits(one);
    const text = (value) => withUnit(value, unitOf(one));
    const shown = () => `${one.quantity} of ${one.sensor}: ${text(one.value)}`; // Most have no alarm
    if (low !== null && one.value < low) found.push(`${shown()} is below ${text(low)}`);
    if (high !== null && one.value > high) found.push(`${shown()} is above ${text(high)}`);
    if (silence && Date.now() - one.at > silence * 60000) {
      found.push(`${one.quantity} of ${one.sensor}: last reading ${ago(one.at)}`);
    }
  }
  return found.map((text) => ({ level: "alarm", text }));
}

// Shows a notification for each alarm that has begun, if the user allowed that.
export function notify(key, title, problems) {
  const now = problems.filter(({ level }) => level === "alarm").map(({ text }) => text);
  const known = notified.has(key);
  if (now.length) notified.add(key);
  else notified.delete(key);
  if (known || !now.length) return;
  if ("Notification" in window && Notification.permission === "granted") {
    new Notification(title, { body: now.join("\n"), tag: key });
  }
}

// The form of a board's alarms, or of those of all boards, where key is null.
export function editor(key, series) {
  const own = kept(key);
  const rows = series.map((one) => {
    const id = limitId(key, one);
    const [low, high, minutes = null] = own.limits?.[id] ?? [null, null, null];
    const label = key === null ? one.quantity : `${one.quantity} of ${one.sensor}`;
    const unit = withUnit(0, unitOf(one)).replace(/^0 ?/, "");
    const field = (place, value) => number(`${label} ${place}`, value, () => save());
    const fields = [field("below", low), field("above", high), field("minutes without", minutes)];
    const [below, above, without] = fields;
    return { id, fields, element: make("li", null, make("span", "what", label),
      make("span", null, "below ", below), make("span", null, "above ", above), make("span", "unit", unit),
      make("span", null, "none for ", without, " minutes")) };
  });
  const silence = number("Minutes without an event", own.silence ?? null, () => save());
  silence.min = 0;
  const save = () => {
    const found = {};
    for (const { id, fields } of rows) {
      const numbers = fields.map(({ value }) => (value.trim() === "" ? null : Number(value)));
      if (numbers.some((value) => value !== null)) found[id] = numbers;
    }
    const alarm = { silence: Number(silence.value) || null, limits: found };
    settings.set("alarms", { ...settings.get("alarms"), [idOf(key)]: alarm });
  };
  return make("div", "alarm-form",
    make("p", "hint", key === null
      ? "For every board that has no alarm of its own. This browser keeps them, and nobody else sees them."
      : "For this board. This browser keeps them, and nobody else sees them."),
    make("ul", null, make("li", null, make("span", "what", "no event for"),
      make("span", null, silence, " minutes")), ...rows.map((row) => row.element)),
    notificationButton());
}

function number(label, value, onInput) {
  const field = make("input");
  field.type = "number";
  field.step = "any";
  field.ariaLabel = label;
  field.value = value === null ? "" : String(value);
  field.addEventListener("change", onInput);
  return field;
}

function notificationButton() {
  if (!("Notification" in window) || Notification.permission !== "default") return null;
  const ask = button("notify", "Notify me by the browser", async () => {
    if (await Notification.requestPermission() !== "default") ask.remove();
  });
  return ask;
}
