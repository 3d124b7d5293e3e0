// The page of `make setup`. The server does the work: each step is a job, whose lines are shown.
import { element, fieldOf, formOf, place } from "/static/form.js";
import { drawReadings } from "/static/readings.js";

const $ = (id) => document.getElementById(id);
const about = await (await fetch("/about")).json();
let board = null; // the one that was chosen

// --- jobs ----------------------------------------------------------------------------------------
async function ask(path, options) {
  try {
    return await (await fetch(path, options)).json();
  } catch {
    throw new Error("`make setup` does not answer: start it again, and open the address it prints.");
  }
}

function post(path, asked) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(asked) });
}

async function run(step, asked, onLine = () => {}) {
  const started = await post(`/do/${step}`, asked);
  if (started.error) throw new Error(started.error);
  for (let since = 0; ;) {
    const state = await ask(`/job/${started.job}?since=${since}`);
    if (!state.lines) throw new Error(state.error);
    since = state.next;
    state.lines.forEach(onLine);
    if (state.done && state.error) throw new Error(state.error);
    if (state.done) return state.result;
    await new Promise((done) => setTimeout(done, 250));
  }
}

// Runs a step with its lines and its outcome on the page; returns its result, or null.
async function show(title, step, asked, done) {
  allow(false);
  $("progress").hidden = false;
  $("doing").textContent = title;
  $("result").textContent = $("console").textContent = "";
  $("result").className = "";
  $("bar").hidden = false;
  $("bar").removeAttribute("value");
  try {
    const result = await run(step, asked, (line) => {
      $("console").textContent += line + "\n";
      $("console").scrollTop = $("console").scrollHeight;
      measure(line);
    });
    $("result").textContent = done(result);
    $("result").className = "good";
    return result ?? true;
  } catch (error) {
    $("result").textContent = error.message;
    $("result").className = "wrong";
    return null;
  } finally {
    $("bar").hidden = true;
    allow(true);
  }
}

// One step at a time: two would ask the board at once.
function allow(on) {
  for (const button of document.querySelectorAll("button")) button.disabled = !on;
}

let whole = 0; // KiB of the image that is sent
function measure(line) {
  const image = line.match(/^Image +\d+ bytes: (\d+) to send/);
  const sent = line.match(/^Send +(\d+) KiB/);
  const percent = line.match(/^Write +(\d+) %/);
  if (image) whole = image[1] / 1024;
  if (sent && whole) $("bar").value = (100 * sent[1]) / whole;
  if (percent) $("bar").value = percent[1];
  if (line.startsWith("Follow ")) $("bar").removeAttribute("value");
}

// --- boards --------------------------------------------------------------------------------------
async function look() {
  allow(false);
  $("found").replaceChildren(item("Looking ..."));
  try {
    const found = await run("boards", {});
    $("found").replaceChildren(...found.map(choice));
    if (!found.length) $("found").append(item("No board is there yet."));
    const same = found.find((one) => board && one.port === board.port && one.drive === board.drive);
    allow(true);
    if (same || found.length === 1) choose(same ?? found[0]);
  } catch (error) {
    $("found").replaceChildren(item(error.message));
    allow(true);
  }
}

function item(text) {
  return element("li", { textContent: text });
}

function choice(found) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${found.port ?? found.drive}: ${words(found)}`;
  button.dataset.key = found.port ?? found.drive;
  button.addEventListener("click", () => choose(found));
  const element = document.createElement("li");
  element.append(button);
  return element;
}

function words(found) {
  if (found.drive) return `${found.chip ?? "a chip that is not known"} in its boot mode`;
  if (found.error) return `${found.name}: ${found.error}`;
  if (!found.version) return `${found.name}, no MicroPython answers`;
  return `${found.name}, MicroPython ${found.version}`;
}

function choose(found) {
  board = found;
  for (const button of $("found").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", button.dataset.key === (found.port ?? found.drive));
  }
  $("flash").hidden = Boolean(found.error);
  $("has").textContent = found.version
    ? `It has MicroPython ${found.version}. You can go on, or put a newer one on it.`
    : "It needs MicroPython.";
  $("settings").hidden = !found.version;
  if (!found.version) return;
  if (!$("name").value) $("name").value = `board_${found.id.slice(-4)}`;
  for (const option of $("preset").options) {
    const chip = about.presets[option.value]?.chip;
    option.hidden = Boolean(chip && found.chip && chip !== found.chip);
  }
  search();
}

$("again").addEventListener("click", look);
$("put").addEventListener("click", async () => {
  const asked = { port: board.port, drive: board.drive, image: $("image").value };
  asked.erase = $("erase").checked;
  const result = await show("MicroPython", "flash", asked, (found) => `Done: ${found.version}`);
  if (result) look();
});

// --- settings ------------------------------------------------------------------------------------
for (const name of Object.keys(about.presets)) {
  const option = new Option(`${about.presets[name].board} (${name})`, name);
  $("preset").append(option);
}
$("collector").value = about.collector;
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

function numbers(text) {
  return (text.match(/\d+/g) ?? []).map(Number);
}

async function search() {
  allow(false);
  $("scanned").textContent = "The board searches for networks and sensors ...";
  $("scanned").className = "";
  try {
    const pins = numbers($("pins").value);
    const found = await run("scan", {
      port: board.port, preset: $("preset").value, i2c: pins.length === 2 ? [pins] : [],
      onewire: numbers($("onewire").value),
    });
    const texts = found.failed.map((text) => `Failed: ${text}.`);
    $("scanned").textContent =
      `${found.networks.length} networks, ${found.chips.length} chips on I2C. ${texts.join(" ")}`;
    $("networks").replaceChildren(
      ...found.networks.map(([name, signal]) => new Option(`${name} (${signal} dBm)`, name)),
    );
    const first = $("wifi").querySelector("[name=ssid]");
    if (first && !first.value && found.networks.length) first.value = found.networks[0][0];
    offer(found);
  } catch (error) {
    $("scanned").textContent = error.message;
    $("scanned").className = "wrong";
  }
  allow(true);
}

function offer(found) {
  for (const key in parts) parts[key].propose(found.proposal[key] ?? {});
  const open = found.chips.filter((chip) => chip.types.length !== 1).map((chip) => {
    const kinds = chip.types.map((kind) => kind.toUpperCase()).join(" or ");
    return item(`0x${chip.address.toString(16)}: ${kinds || "a chip that is not known"}?`);
  });
  $("unknown").replaceChildren(...open);
  $("none").hidden = parts.sensors.rows.length > 0;
}

function config() {
  const made = { ...more.value(), collector: $("collector").value.trim(), app_id: $("app_id").value };
  if ($("preset").value) made.board = $("preset").value;
  // An open network has an empty password.
  const all = (networks.value() ?? []).map((one) => ({ password: "", ...one }));
  if (all.length === 1) made.wifi = { ...all[0], ...link.value() };
  else if (all.length || link.value()) made.wifi = { networks: all, ...link.value() };
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
async function check(focus) {
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

$("search").addEventListener("click", search);
$("preset").addEventListener("change", search);
$("settings").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await check(true))) return;
  const asked = { port: board.port, id: board.id, name: $("name").value, config: config() };
  const done = () => "The collector has accepted the first event.";
  if (await show("Deploy", "deploy", asked, done)) watch();
});

// --- readings ------------------------------------------------------------------------------------
let watching = null;
function watch() {
  $("readings").hidden = false;
  if (about.page) $("page").href = about.page;
  $("page").hidden = !about.page;
  watching ??= setInterval(draw, 2000);
  draw();
}

async function draw() {
  drawReadings($("charts"), await (await fetch("/readings")).json());
}

look();
