// A clock that moves only by tick(), loaded before everything else. It starts at START.
(() => {
  let now = START; // eslint-disable-line no-undef
  let last = 0;
  const timers = new Map();
  const RealDate = Date;
  window.Date = class extends RealDate {
    constructor(...args) { super(...(args.length ? args : [now])); }
    static now() { return now; }
  };
  const add = (call, ms, every) => {
    timers.set(++last, { call, at: now + (ms || 0), every: every ? Math.max(ms, 1) : 0 });
    return last;
  };
  window.setTimeout = (call, ms) => add(call, ms, false);
  window.setInterval = (call, ms) => add(call, ms, true);
  window.clearTimeout = window.clearInterval = (id) => timers.delete(id);
  window.tick = (ms) => {
    const end = now + ms;
    for (;;) {
      const due = [...timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      const [id, timer] = due;
      now = timer.at;
      if (timer.every) timer.at += timer.every; else timers.delete(id);
      timer.call();
    }
    now = end;
  };
})();
