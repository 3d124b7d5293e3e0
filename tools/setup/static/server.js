// What the page asks its server.
export const $ = (id) => document.getElementById(id);
export const about = await (await fetch("/about")).json();

export async function ask(path, options) {
  try {
    return await (await fetch(path, options)).json();
  } catch {
    throw new Error("`make setup` does not answer: start it again, and open the address it prints.");
  }
}

export function post(path, asked) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(asked) });
}

// Runs a step as a job; gives its lines to onLine(), and returns its result.
export async function run(step, asked, onLine = () => {}) {
  const started = await post(`/do/${step}`, asked);
  if (started.error) throw new Error(started.error);
  for (let since = 0; ;) {
    const state = await ask(`/job/${started.job}?since=${since}`);
    if (!state.lines) throw new Error(state.error);
    since = state.next;
    state.lines.forEach(onLine);
    if (state.done && state.error) throw new Error(state.error);
    if (state.done) return state.result;
    await new Promise((done) => setTimeout(done, 250));
  }
}
