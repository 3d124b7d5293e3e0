// The settings of a board: its networks, sensors and all else, and mistakes in them.
import { element, fieldOf, place } from "/static/fields.js";
import { formOf } from "/static/form.js";
import { $, about, post } from "/static/server.js";

const form = formOf(about.schema);
const wifi = about.schema.definitions.wifi.then;
const networks = form.make(wifi.properties.networks, () => "wifi.networks", [{}]);
const link = form.object(wifi, () => "wifi", {}, ["networks"]);
const parts = {};
for (const key of ["sensors", "buses"]) parts[key] = form.make(form.ruleOf(key), () => key);
const more = form.settings([
  "$schema", "collector", "app_id", "name", "board", "wifi", ...Object.keys(parts),
]);
$("wifi").append(networks.element, details("More of the Wi-Fi", link.element));
$("sensors").append(parts.sensors.element, details("Buses", parts.buses.element));
$("more").append(more.element);
for (const id of ["name", "collector", "app_id"]) place($(id), () => id);
place($("preset"), () => "board");

function details(title, inside) {
  return element("details", {}, element("summary", { textContent: title }), inside);
}

// What is listed of networks is offered in each field for a name, also of rows that come later.
$("wifi").addEventListener("focusin", (event) => {
  if (event.target.name === "ssid") event.target.setAttribute("list", "networks");
});

// What a scan has found.
export function offer(found) {
  for (const key in parts) parts[key].propose(found.proposal[key] ?? {});
  const open = found.chips.filter((chip) => chip.types.length !== 1).map((chip) => {
    const kinds = chip.types.map((kind) => kind.toUpperCase()).join(" or ");
    const text = `0x${chip.address.toString(16)}: ${kinds || "a chip that is not known"}?`;
    return element("li", { textContent: text });
  });
  $("unknown").replaceChildren(...open);
  $("none").hidden = parts.sensors.rows.length > 0;
}

export function config() {
  const made = { ...more.value(), collector: $("collector").value.trim(), app_id: $("app_id").value };
  if ($("preset").value) made.board = $("preset").value;
  // An open network has an empty password.
  const all = networks.value()?.map((one) => ({ password: "", ...one }));
  if (all?.length === 1) made.wifi = { ...all[0], ...link.value() };
  else if (all || link.value()) made.wifi = { networks: all ?? [], ...link.value() };
  for (const key in parts) if (parts[key].value()) made[key] = parts[key].value();
  return made;
}

// --- mistakes ------------------------------------------------------------------------------------
const wrong = $("wrong"); // which goes with a row that is removed

// Shows a message at its field, which is opened to view; without a field, at the button.
function complain(message, field, focus) {
  clear();
  wrong.textContent = message;
  (field ? (field.closest("label") ?? field) : $("deploy")).before(wrong);
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "wrong");
  for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  if (focus) field.focus();
}

function clear() {
  wrong.textContent = "";
  for (const field of $("settings").querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

// A message about the only network names no number.
const ONE = /^(unknown key )?wifi\.(?=(ssid|password|address)\b)/;

let checks = 0; // of which the last one counts
export async function check(focus) {
  const number = ++checks;
  const asked = { name: $("name").value, config: config() };
  const bad = [...$("settings").elements].find((field) => field.willValidate && !field.validity.valid);
  if (bad) {
    complain(bad.validationMessage, bad, focus);
    return false;
  }
  const answer = await post("/check", asked);
  if (number !== checks) return false;
  if (!answer.error) {
    clear();
    return true;
  }
  complain(answer.error, fieldOf($("settings"), answer.error.replace(ONE, "$1wifi.networks[0].")), focus);
  return false;
}

// Later, since a message moves what is below it, such as the button that is being pressed.
$("settings").addEventListener("change", (event) => {
  if (["preset", "pins", "onewire"].includes(event.target.id)) return;
  const before = checks;
  setTimeout(() => before === checks && check(false), 400);
});
