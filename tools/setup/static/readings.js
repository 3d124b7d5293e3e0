// The newest readings as small charts.
const SVG = "http://www.w3.org/2000/svg";

export function drawReadings(element, series) {
  element.replaceChildren(...series.filter((one) => one.value.length).map(chart));
}

function chart(one) {
  const figure = document.createElement("figure");
  const text = document.createElement("figcaption");
  const last = one.value[one.value.length - 1];
  text.textContent = `${one.sensor} ${one.quantity}: ${Number(last.toPrecision(6))} ${one.unit ?? ""}`;
  const [low, high] = [Math.min(...one.value), Math.max(...one.value)];
  const [start, end] = [one.at[0], one.at[one.at.length - 1]];
  const points = one.value.map((value, n) => [
    (100 * (one.at[n] - start)) / (end - start || 1), 38 - (36 * (value - low)) / (high - low || 1),
  ]);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 40");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", text.textContent);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  svg.append(line);
  figure.append(text, svg);
  return figure;
}
