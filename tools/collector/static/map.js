// A plot of the places of boards in the view Live, with a scale. Nothing is fetched for it.
import * as address from "./address.js";
import * as boards from "./boards.js";
import { byId, isPressed, make, shape } from "./dom.js";
import { digits, plural } from "./format.js";

const EARTH = 6371008.8; // its mean radius in m
const EDGE = 40; // CSS pixels around the places
const LEAST = 0.25; // m for a pixel
const SCALE = 130; // pixels that the scale's bar has at most
const NEAR = 14; // pixels at which points would hide each other
const LETTER = 7; // pixels
const RADIANS = Math.PI / 180;
const place = byId("board-map");
const toggle = byId("map-toggle");
// How a board is -> the word for it, and its sign. The colour alone does not say it.
const STATES = {
  alarm: ["in alarm", "M0-8 8 7H-8z"], poor: ["with a problem", "M0-8 8 7H-8z"],
  fair: ["with a warning", "M0-8 8 0 0 8-8 0z"],
  silent: ["silent", "M-5-5H5V5H-5z"], well: ["well", "M-6 0a6 6 0 1 0 12 0 6 6 0 1 0-12 0z"],
};
let drawn = ""; // what the map was drawn of
let shown = [];

// Shows the boards that have a place. Without such a board, there is no map.
export function show(found) {
  toggle.hidden = !boards.keys().some((key) => boards.place(boards.find(key)));
  toggle.ariaPressed = String(address.get("map") !== null);
  place.hidden = toggle.hidden || address.get("map") === null;
  shown = found;
  if (!place.hidden) draw();
}

function stateOf(board) {
  const [first] = boards.problems(board);
  if (first?.level === "alarm" || first?.level === "poor") return first.level;
  return boards.isSilent(board) ? "silent" : first ? "fair" : "well";
}

function draw() {
  const [width, height] = [place.clientWidth || 600, innerWidth < 640 ? 300 : 400];
  const placed = shown.filter(boards.place).sort(boards.byTitle).map((board) => (
    { key: board.key, title: boards.titleOf(board.key), state: stateOf(board), at: boards.place(board) }));
  const wanted = JSON.stringify([width, height, placed, shown.length]);
  if (wanted === drawn || isPressed(place)) return;
  drawn = wanted;
  const focused = document.activeElement?.dataset?.point;
  const { points, scale } = project(placed.map(({ at }) => at), width, height);
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" });
  svg.ariaLabel = `Map with ${plural(placed.length, "board")}, north is up`;
  svg.append(...scaleBar(scale, height), ...labels(placed, points, width),
    ...placed.map((one, i) => pointOf(one, points[i])));
  place.replaceChildren(svg, legend(placed));
  if (focused) place.querySelector(`[data-point="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// [[latitude, longitude]] -> {points: [[x, y]] in pixels, scale: m for a pixel}. An equirectangular
// projection: the scale is right in the middle of the map.
function project(places, width, height) {
  let east = places.map(([, longitude]) => longitude);
  if (Math.max(...east) - Math.min(...east) > 180) east = east.map((one) => (one < 0 ? one + 360 : one));
  const middle = (numbers) => (Math.min(...numbers) + Math.max(...numbers)) / 2;
  const north = places.map(([latitude]) => latitude);
  const [east0, north0] = [middle(east), middle(north)];
  const narrow = Math.max(0.01, Math.cos(north0 * RADIANS));
  const x = east.map((one) => (one - east0) * RADIANS * EARTH * narrow);
  const y = north.map((one) => (north0 - one) * RADIANS * EARTH);
  const span = (numbers) => (numbers.length ? Math.max(...numbers) - Math.min(...numbers) : 0);
  const scale = Math.max(LEAST, span(x) / (width - 2 * EDGE), span(y) / (height - 2 * EDGE));
  const taken = new Map(); // boards at about the same place lie in a spiral around it
  const points = x.map((one, i) => {
    const [left, top] = [width / 2 + one / scale, height / 2 + y[i] / scale];
    const cell = `${Math.round(left / NEAR)} ${Math.round(top / NEAR)}`;
    const before = taken.get(cell) ?? 0;
    taken.set(cell, before + 1);
    const away = NEAR * Math.sqrt(before);
    const [dx, dy] = [away * Math.cos(2.4 * before), away * Math.sin(2.4 * before)];
    return [left + dx, top + dy].map((pixel, axis) => (
      Math.round(Math.min(Math.max(pixel, 10), (axis ? height : width) - 10))));
  });
  return { points, scale };
}

function pointOf({ key, title, state }, [x, y]) {
  const [word, sign] = STATES[state];
  const link = shape("a", { href: address.href("board", { board: key }), class: `point ${state}`,
    transform: `translate(${x} ${y})`, "data-point": key, "aria-label": `${title}: ${word}` });
  const name = shape("title", {});
  name.textContent = `${title}: ${word}`;
  link.append(name, shape("circle", { r: 11 }), shape("path", { d: sign }));
  return link;
}

// The names of boards, where they do not lie over each other or over a point.
function labels(placed, points, width) {
  const boxes = points.map(([x, y]) => [x - 9, y - 9, x + 9, y + 9]);
  const isFree = (box) => box[0] >= 0 && box[2] <= width
    && !boxes.some((one) => one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1]);
  return placed.flatMap(({ title }, i) => {
    const [x, y] = points[i];
    const length = title.length * LETTER;
    const right = [x + 11, y - 8, x + 11 + length, y + 8];
    const left = [x - 11 - length, y - 8, x - 11, y + 8];
    const box = [right, left].find(isFree);
    if (!box) return [];
    boxes.push(box);
    const text = shape("text", { x: box === right ? x + 11 : x - 11, y: y + 4, "aria-hidden": "true",
      "text-anchor": box === right ? "start" : "end" });
    text.textContent = title;
    return [text];
  });
}

function scaleBar(scale, height) {
  const most = SCALE * scale;
  const ten = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((one) => one * ten).find((one) => one <= most);
  const text = shape("text", { x: 12, y: height - 18 });
  text.textContent = length >= 1000 ? `${digits(length / 1000)} km` : `${digits(length)} m`;
  const end = Math.round(length / scale) + 12;
  return [shape("path", { class: "scale", d: `M12 ${height - 14}v6H${end}v-6` }), text];
}

function legend(placed) {
  const counts = Object.entries(STATES).map(([state, [word, sign]]) => {
    const count = placed.filter((one) => one.state === state).length;
    if (!count) return null;
    const svg = shape("svg", { width: 18, height: 18, viewBox: "-9 -9 18 18", class: `point ${state}`, "aria-hidden": "true" });
    svg.append(shape("path", { d: sign }));
    return make("li", null, svg, `${count} ${word}`);
  });
  const without = shown.length - placed.length;
  return make("ul", "legend", ...counts, without ? make("li", "hint", `${plural(without, "board")} without a place`) : null);
}

toggle.addEventListener("click", () => address.change({ map: address.get("map") ? null : "1" }, "map"));
new ResizeObserver(() => { if (!place.hidden) draw(); }).observe(place);
