// JSON as elements, one for each line, in which places are marked.
import { make } from "./dom.js";

const WIDTH = 60; // characters up to which a list of plain values has one line
const AROUND = 25; // lines that are shown before and after a mark, where there are many
const MANY = 400;

// marks: [{path: keys and indexes, number}]. A path that is not there is marked as missing, if the
// object that it should be in is there.
export function jsonLines(value, marks) {
  const lines = []; // {text, numbers}
  const at = new Map(); // path as JSON -> numbers
  for (const { path, number } of marks) {
    const key = JSON.stringify(path);
    at.set(key, [...(at.get(key) ?? []), number]);
  }
  write(lines, at, value, [], "", "");
  return elements(lines);
}

function write(lines, at, value, path, before, after) {
  const indent = "  ".repeat(path.length);
  const own = JSON.stringify(path);
  const numbers = at.get(own) ?? [];
  const isList = Array.isArray(value);
  const plain = isList ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value);
  const isMarkedInside = [...at.keys()].some((key) => key !== own && key.startsWith(own.slice(0, -1)));
  const isShort = isList && plain.length <= WIDTH && !value.some(isDeep) && !isMarkedInside;
  if (!isDeep(value) || isShort) {
    lines.push({ text: indent + before + plain + after, numbers });
    return;
  }
  const entries = isList ? value.map((one, i) => [i, one]) : Object.entries(value);
  const missing = isList ? [] : missingKeys(at, path, value);
  lines.push({ text: indent + before + (isList ? "[" : "{"), numbers });
  for (const [key, found] of missing) {
    lines.push({ text: `${indent}  ${JSON.stringify(key)}: missing`, numbers: found });
  }
  entries.forEach(([key, one], i) => {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    write(lines, at, one, [...path, key], name, i < entries.length - 1 ? "," : "");
  });
  lines.push({ text: indent + (isList ? "]" : "}") + after, numbers: [] });
}

const isDeep = (value) => value !== null && typeof value === "object" && Object.keys(value).length > 0;

function missingKeys(at, path, value) {
  const parent = JSON.stringify(path);
  return [...at].map(([key, numbers]) => [JSON.parse(key), numbers])
    .filter(([key]) => key.length && JSON.stringify(key.slice(0, -1)) === parent)
    .map(([key, numbers]) => [key.at(-1), numbers])
    .filter(([key]) => !Object.hasOwn(value, key));
}

function elements(lines) {
  const marked = lines.flatMap(({ numbers }, i) => (numbers.length ? [i] : []));
  const isShown = (i) => lines.length <= MANY || marked.some((one) => Math.abs(one - i) <= AROUND)
    || (!marked.length && i < MANY);
  const found = [];
  lines.forEach(({ text, numbers }, i) => {
    if (!isShown(i)) {
      if (found.at(-1)?.className !== "left-out") found.push(make("span", "left-out", "…\n"));
      return;
    }
    const line = make(numbers.length ? "mark" : "span", null,
      numbers.length ? make("b", null, numbers.join(", ")) : null, `${text}\n`);
    line.dataset.places = numbers.join(" ");
    found.push(line);
  });
  return found;
}
