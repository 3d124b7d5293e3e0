// The page of `make setup`. The server does the work: each step is a job, whose lines are shown.
import { element } from "/static/fields.js";
import { drawReadings } from "/static/readings.js";
import { $, about, ask, run } from "/static/server.js";
import { check, config, offer } from "/static/settings.js";

let board = null; // the one that was chosen

// --- jobs ----------------------------------------------------------------------------------------
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
  $("label").hidden = $("labels").hidden; // until this one is set up, too
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
      `Networks: ${found.networks.length}. Chips on I2C: ${found.chips.length}. ${texts.join(" ")}`;
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

$("search").addEventListener("click", search);
$("preset").addEventListener("change", search);
$("settings").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("progress").hidden = true; // of the step before
  if (!(await check(true))) return;
  const asked = { port: board.port, id: board.id, name: $("name").value, config: config() };
  const done = (result) => (result?.portal
    ? "The board opens its portal, which asks for a network. A label has its Wi-Fi's password."
    : "The collector has accepted the first event.");
  const result = await show("Deploy", "deploy", asked, done);
  if (!result) return;
  $("label").hidden = false;
  if (!result.portal) watch();
});

// --- labels --------------------------------------------------------------------------------------
$("make-label").addEventListener("click", async () => {
  const done = ({ name, wifi }) => (wifi
    ? `The label of ${name} is made.`
    : `The label of ${name} is made. It has no Wi-Fi, since its config opens no portal.`);
  if (await show("Label", "label", { port: board.port }, done)) $("labels").hidden = false;
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
  drawReadings($("charts"), await ask("/readings"));
}

look();
