// One chart: a series, drawn by uPlot, with its newest reading above.
import { ask, make } from "./dom.js";
import { alone, columns, empty, insert } from "./data.js";
import { clock, day, labels, moment, quantity } from "./format.js";

const HEIGHT = 150;
const MOST = 3000; // readings held; beyond, the server is asked for fewer points
const DENSE = 12; // CSS pixels a reading, under which single readings get no dot

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Tile {
  // onZoom(from, to): in ms; null, null: back to now
  constructor(series, onZoom) {
    this.series = series;
    this.onZoom = onZoom;
    this.data = empty();
    this.visible = false;
    this.fresh = false; // data is what the server has for the time shown
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

  latest(series) {
    this.series = series;
    if (!this.pointed) this.read(series.value, null);
    const [text, unit] = quantity(series.value, series.unit);
    this.figure.ariaLabel =
      `${series.quantity} of ${series.sensor}: ${text} ${unit} at ${moment(series.at)}`;
  }

  read(value, at) {
    const [text, unit] = quantity(value, this.series.unit);
    this.number.textContent = text;
    this.unit.textContent = unit;
    this.when.textContent = at === null ? "" : moment(at);
  }

  seen(visible, time) {
    this.visible = visible;
    if (visible && !this.fresh) this.load(time);
  }

  async load(time) {
    this.fresh = false;
    if (!this.visible) return;
    this.fresh = true;
    const points = Math.max(100, Math.round(this.place.clientWidth));
    const asked = `${time.from} ${time.to}`;
    this.asked = asked;
    try {
      const found = await ask(`/micro/readings/${this.series.id}`, {
        from: Math.max(0, Math.floor(time.from)), to: Math.ceil(time.to + 1000), points,
      });
      if (this.asked !== asked) return; // The time was changed meanwhile
      this.data = found;
      this.changed = true;
      this.draw(time);
    } catch (error) {
      this.fresh = false;
      this.note.textContent = error.message;
    }
  }

  add(at, value) {
    if (!this.fresh) return;
    insert(this.data, at, value);
    this.changed = true;
  }

  draw(time) {
    if (!this.visible || !this.fresh) return;
    if (this.data.at.length > MOST) {
      this.load(time);
      return;
    }
    const scale = { min: time.from / 1000, max: time.to / 1000 };
    const inside = this.data.at.some((at) => at >= time.from && at <= time.to);
    this.note.hidden = inside;
    this.note.textContent = "No reading in this time";
    if (!this.plot) this.make();
    if (this.changed) this.plot.setData(columns(this.data), false);
    this.changed = false;
    this.plot.setScale("x", scale);
  }

  make() {
    const [ink, grid, line] = [css("--soft"), css("--line"), css(`--chart-${hue(this.series)}`)];
    const axis = { stroke: ink, font: "11px system-ui, sans-serif", ticks: { show: false } };
    const lines = { stroke: grid, width: 1 };
    const ticks = (_, values) => (values.length ? labels(values, this.series.unit) : []);
    const silent = { points: { show: false }, stroke: "transparent" };
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
      scales: { y: { range: (_, low, high) => room(low, high) } },
      axes: [
        { ...axis, grid: lines, space: 70, size: 26, values: hours },
        { ...axis, grid: lines, space: 34, size: 50, gap: 4, values: ticks },
      ],
      series: [
        {},
        { stroke: line, width: 1.8, points: { size: 5, fill: line, show: dots, filter: lone } },
        silent, silent,
      ],
      bands: [{ series: [3, 2], fill: css(`--band-${hue(this.series)}`) }],
      hooks: {
        setCursor: [(plot) => this.point(plot)],
        setSelect: [(plot) => this.select(plot)],
      },
    }, columns(this.data), this.place);
    this.changed = false;
  }

  point(plot) {
    const at = plot.cursor.idx;
    this.pointed = at !== null && at !== undefined && plot.cursor.left >= 0;
    const value = this.pointed ? plot.data[1][at] : null;
    if (value === null || value === undefined) this.read(this.series.value, null);
    else this.read(value, plot.data[0][at] * 1000);
  }

  select(plot) {
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

function hours(_, ticks, axis, space, step) {
  const cut = step >= 60 ? 5 : 8;
  return ticks.map((at) => (step >= 86400 ? day(at * 1000).slice(5) : clock(at * 1000).slice(0, cut)));
}

// A sensor keeps its colour.
function hue({ sensor }) {
  let sum = 0;
  for (const letter of sensor) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return sum % 6;
}

// A quiet line is not blown up to look like a storm: at least 1/1000 of its size is shown.
function room(low, high) {
  if (low === null || low === undefined) return [0, 1];
  const width = Math.max(high - low, Math.abs(high) / 1000, 1e-6);
  const middle = (low + high) / 2;
  return [middle - width * 0.6, middle + width * 0.6];
}

function dots(plot) {
  return plot.data[0].length * DENSE < plot.width;
}

// Where there are too many for dots, those that no line leads to still get theirs.
function lone(plot, index, shown) {
  return shown ? null : alone(plot.data[index]);
}
