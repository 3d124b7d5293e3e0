// The address has what is shown, as #view?key=value&…: so Back, reload and a copied link work.
// An entry of the history knows its kind, which says what made it.

let onChange = () => {};
let afterBack = null; // what to do when the browser has gone back

export function listen(action) {
  onChange = action;
}

// -> [name of the view, URLSearchParams]
export function current() {
  const [view, query] = location.hash.slice(1).split("?");
  return [view, new URLSearchParams(query)];
}

export const get = (key) => current()[1].get(key);

export function href(view, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return `#${view}${query ? `?${query}` : ""}`;
}

// Shows a view: a new entry in the history.
export function open(view, parameters = {}) {
  go(href(view, parameters), true);
}

// Changes parameters of the address, where null removes one. Changes of the same kind that follow
// each other share an entry of the history; without a kind, none is made.
export function change(parameters, kind = null) {
  const [view, query] = current();
  for (const [key, value] of Object.entries(parameters)) {
    if (value === null || value === "") query.delete(key);
    else query.set(key, value);
  }
  go(href(view, query), kind !== null && history.state?.kind !== kind, kind);
}

// Takes a parameter out of the address: by going back, if an entry of this kind added it.
export function undo(key, kind) {
  if (history.state?.kind !== kind) return change({ [key]: null });
  afterBack ??= () => {};
  history.back();
}

function go(hash, isNew, kind = null) {
  if (afterBack) { // The browser is on its way to the entry before
    afterBack = () => go(hash, isNew, kind);
    return;
  }
  if (hash === location.hash) return;
  if (isNew) history.pushState({ kind }, "", hash);
  else history.replaceState(history.state, "", hash);
  onChange();
}

addEventListener("popstate", () => {
  const next = afterBack;
  afterBack = null;
  onChange();
  next?.();
});
