// Helpers for the document and for requests. They insert data of boards as text, never as HTML.

export const byId = (id) => document.getElementById(id);

// make("p", "hint", "text", otherElement) -> a p of class hint with these children
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// An element of SVG with attributes.
export function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export function button(className, label, onClick) {
  const element = make("button", className, label);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

export async function getJson(path, parameters) {
  const query = new URLSearchParams(parameters || {}).toString();
  const answer = await fetch(query ? `${path}?${query}` : path);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`.slice(0, 200));
  return answer.json();
}

// Returns a function that runs action so many milliseconds after the first of several calls.
export function atMostEvery(milliseconds, action) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; action(); }, milliseconds);
  };
}

// Whether the mouse is down on an element: if it were made anew, the click would be lost.
export const isPressed = (element) => element.matches(":active");

// Adds the values that a select does not have yet.
export function options(select, values, label = (value) => value) {
  const known = new Set([...select.options].map((option) => option.value));
  for (const value of values) {
    if (!known.has(value)) select.append(new Option(label(value), value));
  }
}

// Copies text to the clipboard, and shows the result on the button for a moment.
export async function copy(text, copyButton) {
  const label = copyButton.textContent;
  try {
    await navigator.clipboard.writeText(text);
    copyButton.textContent = "Copied";
  } catch {
    copyButton.textContent = "Copy failed";
  }
  setTimeout(() => { copyButton.textContent = label; }, 1500);
}
