// What this browser keeps: how times are shown, light or dark, and the alarms.
// In localStorage under "collector"; where that cannot be used, until the page is closed.

const KEY = "collector";
const values = { zone: "local", times: "absolute", theme: "auto", alarms: {}, ...stored() };

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export const get = (name) => values[name];

// Keeps a value, and tells the page by the event "settings" of the document.
export function set(name, value) {
  values[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // Full or forbidden: it holds until the page is closed
  }
  document.dispatchEvent(new Event("settings"));
}

export const onChange = (action) => document.addEventListener("settings", action);

// Another tab has changed them.
addEventListener("storage", ({ key }) => {
  if (key !== KEY) return;
  Object.assign(values, stored());
  document.dispatchEvent(new Event("settings"));
});
