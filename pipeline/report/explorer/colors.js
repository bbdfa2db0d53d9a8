// The color of each row: by class, or by a quantity along a color scale.

const GRAY = [138, 138, 138];
const cache = new Map();

export const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;

// A coloring's own array on a map: some have one for every map ("neighbors lost"), some one for all.
export const scaleOf = (coloring, map) => coloring.scale ?? coloring.scales[map.name];

// RGBA by row, Uint8Array (4 n); cached, since each painting needs it.
export function rowColors(data, coloring, map) {
  const key = [coloring.key, coloring.scales ? map.name : "", coloring.between ?? "", dark()].join();
  if (!cache.has(key)) cache.set(key, coloring.classes ? byClass(data, coloring) : byScale(data, coloring, map));
  return cache.get(key);
}

function byClass(data, coloring) {
  const codes = data.arrays[coloring.array];
  return each(data.shown, coloring.classes.map(({ color }) => rgb(color)), (row) => codes[row]);
}

function byScale(data, coloring, map) {
  const scale = scaleOf(coloring, map), colors = rampOf(data).map(rgb);
  if (!scale) return each(data.shown, [], () => -1);
  const values = data.arrays[scale.array], last = colors.length - 1, turned = coloring.worse === "low";
  return each(data.shown, colors, (row) => {
    const at = Math.round((values[row] / scale.steps) * last);
    return values[row] === scale.missing ? -1 : turned ? last - at : at;
  });
}

// The color of each row by its number in `colors`; gray for other numbers.
function each(count, colors, at) {
  const bytes = new Uint8Array(4 * count), pixels = new Uint32Array(bytes.buffer);
  const words = [GRAY, ...colors].map((color) => new Uint32Array(Uint8Array.of(...color, 255).buffer)[0]);
  for (let row = 0; row < count; row++) pixels[row] = words[at(row) + 1] ?? words[0];
  return bytes;
}

// The distance of each row's positions on two maps, both in their squares: a coloring of its own.
export function movement(data, first, second) {
  const [from, to] = [first, second].map((name) => data.arrays[`map ${data.maps.findIndex((map) => map.name === name)}`]);
  const far = Uint16Array.from({ length: data.shown }, (_, row) => Math.hypot(from[2 * row] - to[2 * row], from[2 * row + 1] - to[2 * row + 1]) / Math.SQRT2);
  data.arrays.moved = far;
  const most = Math.max(1, far.reduce((one, other) => Math.max(one, other)));
  const [one, other] = [first, second].map((name) => data.maps.find((map) => map.name === name).title);
  return { key: "moved", title: "how far rows move between two maps", between: `${first} ${second}`,
           explanation: `how far rows move from ${one} to ${other}, in sides of a map`,
           scale: { array: "moved", low: 0, high: (most * Math.SQRT2) / 65535, steps: most, missing: -1 } };
}

// From what is faint on the page's background to what is salient, which is the worse end where there is one.
export const rampOf = (data) => (dark() ? data.ramp : [...data.ramp].reverse());

export const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// A color by its name in the page's style sheet.
export function cssColor(name) {
  const key = [name, dark()].join();
  if (!cache.has(key)) cache.set(key, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return cache.get(key);
}
