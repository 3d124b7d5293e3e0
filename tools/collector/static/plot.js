// A chart of lines over time with uPlot, bands between lowest and highest values, and marks.
import { make } from "./dom.js";
import { axisSteps, labels } from "./format.js";
import { isolated } from "./readings.js";
import { axisDate, timeLabels } from "./times.js";

const DOT_SPACE = 12; // CSS pixels for each reading, from which on each has a dot
const FONT = "11px system-ui, sans-serif";
const LETTER = 6.4; // CSS pixels that a letter of it takes, at most
export const COLOURS = 8;
let library = null; // a promise that uPlot is there

export const hasLibrary = () => "uPlot" in window;

// Loads the library before the first chart, since Live with many boards needs none.
export function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const style = make("link");
    style.rel = "stylesheet";
    style.href = "/micro/ui/lib/uPlot.min.css";
    document.head.prepend(style); // The page's own styles come after it
    const script = make("script");
    script.src = "/micro/ui/lib/uPlot.iife.js";
    script.onload = resolve;
    script.onerror = () => {
      library = null; // The next chart tries again
      reject(new Error("The chart library cannot be loaded: is the collector running?"));
    };
    document.head.append(script);
  });
  return library;
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const colour = (number) => css(`--chart-${number % COLOURS}`);

// options: {height, unit, colours: [number of each line], bands: whether each line has two more for
// its extremes, onZoom(from, to), onCursor(plot), marks() -> [{second, kind}], limits() -> [value]}
export function createPlot(place, data, options) {
  const { height, unit, colours, bands, onZoom, onCursor } = options;
  const grid = { stroke: css("--line"), width: 1 };
  const axis = { stroke: css("--soft"), font: FONT, ticks: { show: false }, grid };
  const ticks = (_, values) => (values.length ? labels(values, unit) : []);
  return new uPlot({
    width: place.clientWidth || 300,
    height,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    tzDate: axisDate,
    cursor: {
      y: false,
      sync: { key: "readings" },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => { onZoom(null, null); return null; } },
    },
    scales: { y: { range: (_, low, high) => scaleOf(low, high, unit) } },
    axes: [
      { ...axis, space: 70, size: 38, values: timeLabels },
      { ...axis, space: 34, size: widthOf, gap: 4, values: ticks, incrs: axisSteps(unit) },
    ],
    series: [{}, ...colours.flatMap((one, i) => lines(one, i, bands))],
    bands: bands ? colours.map((one, i) => ({ series: [3 * i + 3, 3 * i + 2], fill: `${colour(one)}55` })) : [],
    hooks: {
      setCursor: [onCursor],
      setSelect: [(plot) => select(plot, onZoom)],
      draw: [(plot) => drawMarks(plot, options)],
    },
  }, data, place);
}

function lines(number, place, bands) {
  const stroke = colour(number);
  const dash = place >= COLOURS ? [6, 3] : undefined;
  const points = { size: 5, fill: stroke, show: hasDots, filter: isolatedDots };
  const edge = { stroke: `${stroke}aa`, width: 1, points: { show: false } };
  return [{ stroke, width: 1.8, dash, points }, ...(bands ? [edge, edge] : [])];
}

// The width of the y axis: its longest label is not clipped.
function widthOf(plot, values, axis, cycle) {
  if (cycle > 1) return plot.axes[axis]._size;
  const longest = Math.max(0, ...(values ?? []).map((text) => text.length));
  return Math.max(40, Math.ceil(longest * LETTER) + 10);
}

function select(plot, onZoom) {
  const { left, width } = plot.select;
  if (width < 4) return;
  const [from, to] = [left, left + width].map((x) => plot.posToVal(x, "x") * 1000);
  plot.setSelect({ left: 0, width: 0 }, false);
  onZoom(from, to);
}

function drawMarks(plot, { marks, limits }) {
  const { ctx, bbox: { left, top, width, height } } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  const line = (style, dash, x0, y0, x1, y1) => {
    ctx.strokeStyle = style;
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  };
  for (const { second, kind } of marks?.() ?? []) {
    const x = plot.valToPos(second, "x", true);
    if (x < left || x > left + width) continue;
    line(css(kind === "loss" ? "--bad-bar" : "--fair"), [4, 3], x, top, x, top + height);
  }
  for (const value of limits?.() ?? []) {
    const y = plot.valToPos(value, "y", true);
    if (y >= top && y <= top + height) line(css("--bad-bar"), [2, 4], left, y, left + width, y);
  }
  ctx.restore();
}

// The range of the y axis: at least 1/1000 of the value (of bytes 1/16), so that small noise does
// not look large.
function scaleOf(low, high, unit) {
  if (low === null || low === undefined) return [0, 1];
  const width = Math.max(high - low, Math.abs(high) / (unit === "By" ? 16 : 1000), 1e-6);
  const middle = (low + high) / 2;
  return [middle - width * 0.6, middle + width * 0.6];
}

function hasDots(plot) {
  return plot.data[0].length * DOT_SPACE < plot.width;
}

// Where there are too many readings for dots, those that no line connects still have one.
function isolatedDots(plot, index, shown) {
  return shown ? null : isolated(plot.data[index]);
}
