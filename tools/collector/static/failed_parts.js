// The data of a failed event beside the schema that it breaks, with the places marked in both.
import { button, getJson, make } from "./dom.js";
import { jsonLines } from "./json_lines.js";

// -> a section for each part of the event that failed: [] where no schema is broken.
export async function failedParts(id) {
  const parts = await getJson(`/micro/event/${encodeURIComponent(id)}/schemas`).catch(() => []);
  return parts.map(section);
}

function section({ field, uri, data, schema, places }) {
  const section = make("section", "failed-part", make("h3", null, `${field} beside its schema`));
  if (!places.length) {
    section.append(make("p", "hint", "This data is valid with the schema that is found now."
      + " “Judge again” in the view Failed makes the event good."));
  }
  const numbered = numbers(places);
  const marks = (key) => places.map((place, i) => ({ path: place[key], number: numbered[i] }));
  const panes = [
    pane(`Data of ${field}`, "Data", jsonLines(data, marks("data"))),
    pane(`Schema of ${field}`, uri, jsonLines(schema, marks("rule"))),
  ];
  const choose = (number) => {
    for (const one of buttons) one.ariaPressed = String(one.number === number);
    for (const one of panes) show(one.querySelector("pre"), number);
  };
  const buttons = [...new Set(numbered)].map((number) => {
    const { data: path, text } = places[numbered.indexOf(number)];
    const one = button("place", `${number}  ${path.join("/") || "the data"}`, () => choose(number));
    one.title = text;
    one.number = number;
    return one;
  });
  if (buttons.length > 1) section.append(make("div", "places", ...buttons));
  section.append(make("div", "side-by-side", ...panes));
  if (buttons.length) requestAnimationFrame(() => choose(1)); // It has its size then
  return section;
}

// Places with the same rule, as of several properties that are not allowed, have one number.
function numbers(places) {
  const keys = places.map(({ rule, text }) => JSON.stringify([rule, text]));
  const different = [...new Set(keys)];
  return keys.map((key) => different.indexOf(key) + 1);
}

function pane(label, title, lines) {
  const text = make("pre", null, make("code", null, ...lines));
  text.tabIndex = 0; // It is scrolled with the keys
  text.role = "group";
  text.ariaLabel = label;
  return make("div", null, make("p", "hint", title), text);
}

// Scrolls a pane, and not the page, to the marks of a place.
function show(text, number) {
  const marks = [...text.querySelectorAll("mark")];
  const isChosen = (mark) => mark.dataset.places.split(" ").includes(String(number));
  for (const mark of marks) mark.classList.toggle("chosen", isChosen(mark));
  const first = marks.find(isChosen);
  if (first) text.scrollTop = first.offsetTop - text.clientHeight / 3;
}
