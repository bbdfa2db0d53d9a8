// Dense networks, computed in the page: new rows placed, rebuilt and judged as `python -m pipeline place` does.

const ACTIVATIONS = {
  linear: (value) => value,
  relu: (value) => Math.max(0, value),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  tanh: Math.tanh,
  gelu: (value) => (value * (1 + erf(value / Math.SQRT2))) / 2,
};

// Abramowitz and Stegun 1964, 7.1.26: within 1.5e-7.
function erf(value) {
  const t = 1 / (1 + 0.3275911 * Math.abs(value));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(value) * (1 - sum * Math.exp(-value * value));
}

export function compute(data, layers, row) {
  let values = row;
  for (const { array, in: width, out, middle, activation, scale, bias } of layers) {
    const kept = data.arrays[array], sums = new Float64Array(out);
    for (let i = 0; i < width; i++) {
      const value = values[i];
      if (value === 0) continue;
      for (let j = 0, at = i * out; j < out; j++, at++) sums[j] += value * (kept[at] - middle);
    }
    values = sums.map((sum, j) => ACTIVATIONS[activation](sum * scale[j] + bias[j]));
  }
  return values;
}

// A row in the units of the data, as the networks take it, missing values filled in; and the way back.
export function scaled({ rule, low, high, center, scale, fill }, row) {
  const whole = fill ? row.map((value, at) => (Number.isNaN(value) ? fill[at] : value)) : row;
  if (rule === "unit") return whole.map((value) => (value - low) / (high - low));
  if (rule === "none") return whole;
  const [centers, scales] = [center, scale].map((found) => found.flat(Infinity));
  return whole.map((value, at) => (value - centers[at]) / scales[at]);
}

export function unscaled({ rule, low, high, center, scale }, row) {
  if (rule === "unit") return row.map((value) => value * (high - low) + low);
  if (rule === "none") return row;
  const [centers, scales] = [center, scale].map((found) => found.flat(Infinity));
  return row.map((value, at) => value * scales[at] + centers[at]);
}

// What becomes of a row in the units of the data: its places on maps, in 0..1, and its error and p-value by encoder.
export function judge(data, row) {
  const { living } = data, values = scaled(living.scaling, Float64Array.from(row)), codes = { raw: values }, errors = {}, places = {};
  for (const [name, { encoder, decoder, known }] of Object.entries(living.encoders)) {
    codes[name] = compute(data, encoder, values);
    const error = compute(data, decoder, codes[name]).reduce((sum, value, at) => sum + (value - values[at]) ** 2, 0);
    errors[name] = { error, p: rarity(data.arrays[known.array], (error / known.high) * known.steps) };
  }
  for (const [name, { transform, space }] of Object.entries(living.maps)) places[name] = compute(data, transform, codes[space]);
  return { places, errors };
}

// (1 + known errors of at least this) / (known errors + 1); known ones ascend.
function rarity(known, error) {
  let low = 0, high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < error) low = middle + 1;
    else high = middle;
  }
  return (1 + known.length - low) / (1 + known.length);
}

// From a map's own units to where the page draws them, 0..1, and back.
export function onPage(data, map, [x, y]) {
  const { matrix, offset } = data.living.maps[map.name], { origin, step } = map;
  return [0, 1].map((axis) => (x * matrix[0][axis] + y * matrix[1][axis] + offset[axis] - origin[axis]) / step[axis]);
}

export function fromPage(data, map, spot) {
  const { matrix: [[a, b], [c, d]], offset } = data.living.maps[map.name];
  const [x, y] = spot.map((at, axis) => map.origin[axis] + at * map.step[axis] - offset[axis]), area = a * d - b * c;
  return [(x * d - y * c) / area, (y * a - x * b) / area];
}

// What would live at a spot of a map, in the units of the data; null where the way back is not known.
export function rebuilt(data, map, spot) {
  const found = data.living?.maps[map.name];
  if (!found) return null;
  const own = fromPage(data, map, spot), decoder = data.living.encoders[found.space]?.decoder;
  let values;
  if (found.reconstruct) {
    values = compute(data, found.reconstruct, own);
    if (found.space !== "raw") values = decoder ? compute(data, decoder, values) : null;
  } else if (!found.transform.length && decoder) values = compute(data, decoder, own); // the code is the plane
  return values && unscaled(data.living.scaling, values);
}
