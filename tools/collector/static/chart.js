// One chart: a series, drawn by uPlot, with its newest value above.
import { getJson, make } from "./dom.js";
import { columns, empty, insert, isolated } from "./readings.js";
import { clock, day, labels, moment, quantity } from "./format.js";

const HEIGHT = 150;
const MAX_READINGS = 3000; // in memory; beyond it, the server is asked for fewer points
const DOT_SPACE = 12; // CSS pixels for each reading, from which on each has a dot

const cssVariable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Chart {
  // onZoom(from, to) gets times in ms, or null and null for a range that ends now
  constructor(series, onZoom) {
    this.series = series;
    this.onZoom = onZoom;
    this.data = empty();
    this.visible = false;
    this.isLoaded = false; // data has the server's readings for the time shown
    this.number = make("b");
    this.unit = make("span", "unit");
    this.when = make("span", "when");
    this.place = make("div", "plot");
    this.note = make("p", "note", "…");
    this.figure = make(
      "figure", null,
      make("figcaption", null,
        make("span", "what", make("b", null, series.quantity), make("span", null, series.sensor)),
        make("span", "value", this.number, " ", this.unit, this.when)),
      this.place, this.note);
    this.figure.dataset.series = series.id;
    this.figure.tabIndex = 0;
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  setNewest(series) {
    this.series = series;
    if (!this.isPointedAt) this.showValue(series.value, null);
    const [text, unit] = quantity(series.value, series.unit);
    this.figure.ariaLabel =
      `${series.quantity} of ${series.sensor}: ${text} ${unit} at ${moment(series.at)}`;
  }

  showValue(value, at) {
    const [text, unit] = quantity(value, this.series.unit);
    this.number.textContent = text;
    this.unit.textContent = unit;
    this.when.textContent = at === null ? "" : moment(at);
  }

  setVisible(visible, time) {
    this.visible = visible;
    if (visible && !this.isLoaded) this.load(time);
  }

  async load(time) {
    this.isLoaded = false;
    if (!this.visible) return;
    this.isLoaded = true;
    const points = Math.max(100, Math.round(this.place.clientWidth));
    const request = `${time.from} ${time.to}`;
    this.request = request;
    try {
      const found = await getJson(`/micro/readings/${this.series.id}`, {
        from: Math.max(0, Math.floor(time.from)), to: Math.ceil(time.to + 1000), points,
      });
      if (this.request !== request) return; // The range was changed meanwhile
      this.data = found;
      this.changed = true;
      this.draw(time);
    } catch (error) {
      this.isLoaded = false;
      this.note.textContent = error.message;
    }
  }

  add(at, value) {
    if (!this.isLoaded) return;
    insert(this.data, at, value);
    this.changed = true;
  }

  draw(time) {
    if (!this.visible || !this.isLoaded) return;
    if (this.data.at.length > MAX_READINGS) {
      this.load(time);
      return;
    }
    const scale = { min: time.from / 1000, max: time.to / 1000 };
    const inside = this.data.at.some((at) => at >= time.from && at <= time.to);
    this.note.hidden = inside;
    this.note.textContent = "No reading in this time";
    if (!this.plot) this.createPlot();
    if (this.changed) this.plot.setData(columns(this.data), false);
    this.changed = false;
    this.plot.setScale("x", scale);
  }

  createPlot() {
    const [ink, grid, line] = [cssVariable("--soft"), cssVariable("--line"), cssVariable(`--chart-${colour(this.series)}`)];
    const axis = { stroke: ink, font: "11px system-ui, sans-serif", ticks: { show: false } };
    const gridLines = { stroke: grid, width: 1 };
    const ticks = (_, values) => (values.length ? labels(values, this.series.unit) : []);
    const invisible = { points: { show: false }, stroke: "transparent" };
    this.plot = new uPlot({
      width: this.place.clientWidth || 300,
      height: HEIGHT,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        sync: { key: "readings" },
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => () => { this.onZoom(null, null); return null; } },
      },
      scales: { y: { range: (_, low, high) => scaleOf(low, high) } },
      axes: [
        { ...axis, grid: gridLines, space: 70, size: 26, values: timeLabels },
        { ...axis, grid: gridLines, space: 34, size: 50, gap: 4, values: ticks },
      ],
      series: [
        {},
        { stroke: line, width: 1.8, points: { size: 5, fill: line, show: hasDots, filter: isolatedDots } },
        invisible, invisible,
      ],
      bands: [{ series: [3, 2], fill: cssVariable(`--band-${colour(this.series)}`) }],
      hooks: {
        setCursor: [(plot) => this.onCursor(plot)],
        setSelect: [(plot) => this.onSelection(plot)],
      },
    }, columns(this.data), this.place);
    this.changed = false;
  }

  onCursor(plot) {
    const at = plot.cursor.idx;
    this.isPointedAt = at !== null && at !== undefined && plot.cursor.left >= 0;
    const value = this.isPointedAt ? plot.data[1][at] : null;
    if (value === null || value === undefined) this.showValue(this.series.value, null);
    else this.showValue(value, plot.data[0][at] * 1000);
  }

  onSelection(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    const [from, to] = [left, left + width].map((x) => plot.posToVal(x, "x") * 1000);
    plot.setSelect({ left: 0, width: 0 }, false);
    this.onZoom(from, to);
  }

  resize() {
    if (this.plot) this.plot.setSize({ width: this.place.clientWidth, height: HEIGHT });
  }

  repaint(time) {
    if (!this.plot) return;
    this.plot.destroy();
    this.plot = null;
    this.draw(time);
  }
}

function timeLabels(_, ticks, axis, space, step) {
  const cut = step >= 60 ? 5 : 8;
  return ticks.map((at) => (step >= 86400 ? day(at * 1000).slice(5) : clock(at * 1000).slice(0, cut)));
}

// The number of the colour of a sensor's charts: the same sensor has always the same.
function colour({ sensor }) {
  let sum = 0;
  for (const letter of sensor) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return sum % 6;
}

// The range of the y axis: at least 1/1000 of the value, so that small noise does not look large.
function scaleOf(low, high) {
  if (low === null || low === undefined) return [0, 1];
  const width = Math.max(high - low, Math.abs(high) / 1000, 1e-6);
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
