// An event as a row of the list: the verdict, the columns that the user has chosen, one line of text.
import * as boards from "./boards.js";
import { button, make } from "./dom.js";
import { moment, timeElement, zone } from "./times.js";

const LATE_MS = 60000; // between its time and its arrival, from which on the row has both

// name in the address -> label, in the order of the row
export const COLUMNS = { time: "Time", app: "App", board: "Board", name: "Event" };

export function eventRow(event, columns, onSelect) {
  const { id, received, at, good, suspicious, text } = event;
  const time = timeElement(received);
  time.title = `received ${moment(received)} ${zone(received)}`;
  const cells = {
    time, app: make("span", "app", event.app_id ?? ""),
    board: make("span", "board", event.board ? boards.titleOf(event.board) : ""),
    name: make("span", "name", event.name ?? ""),
  };
  if (event.board) cells.board.dataset.key = event.board;
  const isLate = received - at > LATE_MS && good;
  const note = suspicious ? `suspicious: ${suspicious} ` : isLate ? `from ${moment(at)} ` : "";
  const line = button("row", "", onSelect);
  line.append(
    make("span", `verdict ${good ? "good" : "bad"}`, good ? "good" : "bad"),
    ...Object.keys(COLUMNS).filter((name) => columns.includes(name)).map((name) => cells[name]),
    make("span", "text", note ? make("i", null, note) : null, text));
  const item = make("li", null, line);
  item.dataset.id = id;
  return item;
}
