// The readings of one series in order of time, and as the columns that a chart draws.

export const MAX_READINGS = 3000; // in memory; beyond it, the server is asked for fewer points

export const empty = () => ({ at: [], value: [], low: [], high: [] });

// Inserts a reading by its time, which is mostly the newest. One that is there already is not: the
// stream may bring what the server has answered. Beyond MAX_READINGS none is: a page may be open,
// and not be looked at, for weeks.
export function insert(data, at, value) {
  if (data.at.length > MAX_READINGS) return;
  let place = data.at.length;
  while (place && data.at[place - 1] > at) place -= 1;
  if (place && data.at[place - 1] === at && data.value[place - 1] === value) return;
  data.at.splice(place, 0, at);
  for (const key of ["value", "low", "high"]) data[key].splice(place, 0, value);
}

// The time between two readings above which no line connects them.
export function longestStep(at) {
  const steps = [];
  for (let i = 1; i < at.length; i += 1) {
    if (at[i] > at[i - 1]) steps.push(at[i] - at[i - 1]);
  }
  if (steps.length < 2) return Infinity;
  steps.sort((a, b) => a - b);
  return 3 * steps[steps.length >> 1];
}

// -> [seconds, value, low, high], with null as a value where there is a gap.
export function columns(data) {
  const longest = longestStep(data.at);
  const [x, value, low, high] = [[], [], [], []];
  for (let i = 0; i < data.at.length; i += 1) {
    if (i && data.at[i] - data.at[i - 1] > longest) {
      x.push((data.at[i] + data.at[i - 1]) / 2000);
      for (const column of [value, low, high]) column.push(null);
    }
    x.push(data.at[i] / 1000);
    value.push(data.value[i]);
    low.push(data.low[i]);
    high.push(data.high[i]);
  }
  return [x, value, low, high];
}

// Indexes of the readings between two gaps, which no line connects.
export function isolated(value) {
  const found = [];
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] !== null && (value[i - 1] ?? null) === null && (value[i + 1] ?? null) === null) {
      found.push(i);
    }
  }
  return found;
}
