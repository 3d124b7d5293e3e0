// One chart: a series, with its newest value above.
import * as alarms from "./alarms.js";
import { getJson, make } from "./dom.js";
import { createPlot, hasLibrary, loadLibrary } from "./plot.js";
import { columns, empty, insert, MAX_READINGS } from "./readings.js";
import { quantity, unitOf, withUnit } from "./format.js";
import { moment, when } from "./times.js";

const HEIGHT = 168;

export class Chart {
  // number is that of its colour. onZoom(from, to) gets times in ms, or null and null for a range
  // that ends now. marks() returns the marks of the board.
  constructor(series, number, onZoom, marks) {
    this.series = series;
    this.colour = number;
    this.onZoom = onZoom;
    this.marks = marks;
    this.data = empty();
    this.late = null; // [[at, value]] that arrive while the server is asked
    this.visible = false;
    this.isLoaded = false; // data has the server's readings for the time shown
    this.number = make("b");
    this.unit = make("span", "unit");
    this.when = make("span", "when");
    this.place = make("div", "plot");
    this.note = make("p", "note", "…");
    this.csv = make("a", null, "CSV");
    this.csv.ariaLabel = `Readings of ${series.quantity} of ${series.sensor} in the time shown, as CSV`;
    this.figure = make(
      "figure", null,
      make("figcaption", null,
        make("span", "what", make("b", null, series.quantity),
          make("span", null, series.sensor, " ", this.csv)),
        make("span", "value", this.number, " ", this.unit, this.when)),
      this.place, this.note);
    this.figure.dataset.series = series.id;
    this.figure.tabIndex = 0;
    this.figure.role = "group";
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  setNewest(series) {
    this.series = series;
    if (!this.isPointedAt) this.showNewest();
    this.figure.classList.toggle("alarm", alarms.isOut(series));
    this.figure.ariaLabel = `${series.quantity} of ${series.sensor}: `
      + `${withUnit(series.value, unitOf(series))} at ${moment(series.at)}`;
  }

  showNewest() {
    this.showValue(this.series.value, when(this.series.at));
  }

  showValue(value, words) {
    const [text, unit] = quantity(value, unitOf(this.series));
    this.number.textContent = text;
    this.unit.textContent = unit;
    this.when.textContent = words;
  }

  setVisible(visible, time) {
    this.visible = visible;
    if (visible && !this.isLoaded) this.load(time);
  }

  async load(time) {
    this.isLoaded = false;
    if (!this.visible) return;
    this.isLoaded = true;
    const points = Math.max(100, Math.min(Math.round(this.place.clientWidth), MAX_READINGS / 3));
    const request = `${time.from} ${time.to}`;
    this.request = request;
    this.late = [];
    try {
      const [found] = await Promise.all([getJson(`/micro/readings/${this.series.id}`, {
        from: Math.max(0, Math.floor(time.from)), to: Math.ceil(time.to + 1000), points,
      }), loadLibrary()]);
      if (this.request !== request) return; // The range was changed meanwhile
      this.data = found;
      for (const [at, value] of this.late) insert(found, at, value);
      this.late = null;
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
    this.late?.push([at, value]);
    this.changed = true;
  }

  draw(time) {
    if (!this.visible || !this.isLoaded || !hasLibrary()) return;
    const [from, to] = [Math.max(0, Math.floor(time.from)), Math.ceil(time.to)];
    this.csv.href = `/micro/readings?${new URLSearchParams({ format: "csv", series: this.series.id, from, to })}`;
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
    this.plot = createPlot(this.place, columns(this.data), {
      height: HEIGHT,
      unit: unitOf(this.series),
      colours: [this.colour],
      bands: true,
      onZoom: this.onZoom,
      onCursor: (plot) => this.onCursor(plot),
      marks: this.marks,
      limits: () => alarms.limits(this.series).slice(0, 2).filter((value) => value !== null),
    });
    this.changed = false;
  }

  // The value under the pointer; where a point stands for several readings, their extremes too.
  onCursor(plot) {
    const at = plot.cursor.idx;
    const isInside = at !== null && at !== undefined && plot.cursor.left >= 0;
    const [second, value, low, high] = plot.data.map((column) => (isInside ? column[at] : null));
    this.isPointedAt = value !== null && value !== undefined;
    if (!this.isPointedAt) return this.showNewest();
    const unit = unitOf(this.series);
    const extremes = low === high ? ""
      : `mean of ${withUnit(low, unit)} to ${withUnit(high, unit)}, `;
    this.showValue(value, extremes + moment(second * 1000));
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
