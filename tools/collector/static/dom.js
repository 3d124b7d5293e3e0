// The page's few tools. Whatever a board sent reaches the page as text alone.

export const by = (id) => document.getElementById(id);

// make("p", "hint", "text or", otherElement): an element, its class, what is in it.
export function make(tag, kind, ...children) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(kind, label, act) {
  const made = make("button", kind, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export async function ask(path, parameters) {
  const query = new URLSearchParams(parameters || {}).toString();
  const answer = await fetch(query ? `${path}?${query}` : path);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`.slice(0, 200));
  return answer.json();
}

// Runs act soon, and at most once in so many milliseconds, however often it is called.
export function paced(milliseconds, act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; act(); }, milliseconds);
  };
}

export function options(select, values, label = (value) => value) {
  const known = new Set([...select.options].map((option) => option.value));
  for (const value of values) {
    if (!known.has(value)) select.append(new Option(label(value), value));
  }
}

export async function copy(text, said) {
  const label = said.textContent;
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied";
  } catch {
    said.textContent = "Select it";
  }
  setTimeout(() => { said.textContent = label; }, 1500);
}
