// The keys of the page, and the switches in its header.
import * as address from "./address.js";
import { byId } from "./dom.js";
import * as detail from "./detail.js";
import * as events from "./events.js";
import * as range from "./range.js";
import * as settings from "./settings.js";
import { zone } from "./times.js";

const KEYS = {
  1: () => address.open("live"),
  2: () => address.open("events"),
  3: () => address.open("failed"),
  "?": () => byId("keys").showModal(),
  "/": search,
  j: () => events.step(1),
  k: () => events.step(-1),
  Escape: () => detail.askToClose(),
  ArrowLeft: () => move("left"),
  ArrowRight: () => move("right"),
  "+": () => move("in"),
  "-": () => move("out"),
  0: () => move("live"),
};

function search() {
  if (!byId("boards-section").hidden && !byId("live").hidden) return byId("board-search").focus();
  if (byId("events").hidden) address.open("events");
  byId("filters").text.focus();
}

function move(direction) {
  if (!byId("time-bar").hidden) range.move(direction);
}

document.addEventListener("keydown", (press) => {
  const typing = press.target.matches("input, select, textarea");
  if (press.ctrlKey || press.metaKey || press.altKey || byId("keys").open) return;
  if (typing && press.key !== "Escape") return;
  if (!(press.key in KEYS)) return;
  press.preventDefault();
  KEYS[press.key]();
});
byId("keys-open").addEventListener("click", () => byId("keys").showModal());

// --- Switches: each press shows the next choice, and the button says which is on ---

const SWITCHES = {
  zone: [["local", () => `Local ${zone()}`], ["utc", () => "UTC"]],
  times: [["absolute", () => "Clock time"], ["relative", () => "Ago"]],
  theme: [["auto", () => "Auto"], ["light", () => "Light"], ["dark", () => "Dark"]],
};

function showSwitches() {
  for (const [name, choices] of Object.entries(SWITCHES)) {
    const [, text] = choices.find(([value]) => value === settings.get(name)) ?? choices[0];
    const words = text();
    byId(`switch-${name}`).textContent = words === "Local UTC" && name === "zone" ? "Local (UTC)" : words;
  }
}

for (const [name, choices] of Object.entries(SWITCHES)) {
  byId(`switch-${name}`).addEventListener("click", () => {
    const place = choices.findIndex(([value]) => value === settings.get(name));
    settings.set(name, choices[(place + 1) % choices.length][0]);
  });
}
settings.onChange(showSwitches);
showSwitches();
