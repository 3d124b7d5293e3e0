// JSON as elements, one for each line, in which places are marked.
import { make } from "./dom.js";

const WIDTH = 60; // characters up to which a list of plain values has one line
const AROUND = 25; // lines that are shown before and after a mark, where there are many
const MANY = 400;

// marks: [{path: keys and indexes, number}]. A path that is not there is marked as missing, if the
// object that it should be in is there.
export function jsonLines(value, marks) {
  const lines = []; // {text, numbers}
  const tree = markOf(); // what is marked, in the form of the value
  for (const { path, number } of marks) {
    let mark = tree;
    for (const key of path.map(String)) {
      if (!mark.inside.has(key)) mark.inside.set(key, markOf());
      mark = mark.inside.get(key);
    }
    mark.numbers.push(number);
  }
  write(lines, tree, value, "", "", "");
  return elements(lines);
}

const markOf = () => ({ numbers: [], inside: new Map() });
const NONE = markOf();

function write(lines, { numbers, inside }, value, indent, before, after) {
  const isList = Array.isArray(value);
  const line = isDeep(value) && !(isList && !inside.size && isShort(value)) ? null
    : isList ? shortList(value) : JSON.stringify(value);
  if (line !== null) {
    lines.push({ text: indent + before + line + after, numbers });
    return;
  }
  const entries = isList ? value.map((one, i) => [i, one]) : Object.entries(value);
  lines.push({ text: indent + before + (isList ? "[" : "{"), numbers });
  for (const [key, { numbers: found }] of isList ? [] : inside) {
    if (!found.length || Object.hasOwn(value, key)) continue;
    lines.push({ text: `${indent}  ${JSON.stringify(key)}: missing`, numbers: found });
  }
  entries.forEach(([key, one], i) => {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    const mark = inside.get(String(key)) ?? NONE;
    write(lines, mark, one, `${indent}  `, name, i < entries.length - 1 ? "," : "");
  });
  lines.push({ text: indent + (isList ? "]" : "}") + after, numbers: [] });
}

const isDeep = (value) => value !== null && typeof value === "object" && Object.keys(value).length > 0;
const shortList = (list) => `[${list.map((one) => JSON.stringify(one)).join(", ")}]`;
const isShort = (list) => list.length <= WIDTH && !list.some(isDeep) && shortList(list).length <= WIDTH;

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
