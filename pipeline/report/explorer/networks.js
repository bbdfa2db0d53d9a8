// Dense networks, computed in the page: new rows transformed, reconstructed and tested as `python -m pipeline transform` does it.

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
    const weights = data.arrays[array], sums = new Float64Array(out);
    for (let i = 0; i < width; i++) {
      const value = values[i];
      if (value === 0) continue;
      for (let j = 0, at = i * out; j < out; j++, at++) sums[j] += value * (weights[at] - middle);
    }
    values = sums.map((sum, j) => ACTIVATIONS[activation](sum * scale[j] + bias[j]));
  }
  return values;
}

// A row in the units of the data, as the networks take it, missing values filled in; and the way back. live_encoder.py says what
// the parts of a scaling are.
const valueAt = (part, at) => (Array.isArray(part) ? part[at] : part);

export const scaled = ({ center, spread, fill }, row) =>
  row.map((value, at) => ((fill && Number.isNaN(value) ? fill[at] : value) - valueAt(center, at)) / valueAt(spread, at));

export const unscaled = ({ center, spread }, row) => row.map((value, at) => value * valueAt(spread, at) + valueAt(center, at));

// A row in the units of the data -> its positions on maps, in their own coordinates, and its error and p-value by encoder.
export function transformRow(data, row) {
  const { live_encoder: live } = data, values = scaled(live.scaling, Float64Array.from(row)), codes = { raw: values };
  const errors = {}, positions = {};
  for (const [name, { encoder, decoder, test_errors }] of Object.entries(live.encoders)) {
    codes[name] = compute(data, encoder, values);
    const error = compute(data, decoder, codes[name]).reduce((sum, value, at) => sum + (value - values[at]) ** 2, 0);
    errors[name] = { error, p: pValue(data.arrays[test_errors.array], (error / test_errors.high) * test_errors.steps) };
  }
  for (const [name, { transform, space }] of Object.entries(live.maps)) positions[name] = compute(data, transform, codes[space]);
  return { positions, errors };
}

// (1 + reference errors that are at least as large) / (1 + reference errors); the reference ascends. As statistics/p_values.py.
export function pValue(reference, error) {
  let low = 0, high = reference.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reference[middle] < error) low = middle + 1;
    else high = middle;
  }
  return (1 + reference.length - low) / (1 + reference.length);
}

// From a map's own coordinates to those of its panel, 0..1, and back.
export function toPage(data, map, [x, y]) {
  const { matrix, offset } = data.live_encoder.maps[map.name], { origin, step } = map;
  return [0, 1].map((axis) => (x * matrix[0][axis] + y * matrix[1][axis] + offset[axis] - origin[axis]) / step[axis]);
}

export function fromPage(data, map, position) {
  const { matrix: [[a, b], [c, d]], offset } = data.live_encoder.maps[map.name];
  const [x, y] = position.map((at, axis) => map.origin[axis] + at * map.step[axis] - offset[axis]), determinant = a * d - b * c;
  return [(x * d - y * c) / determinant, (y * a - x * b) / determinant];
}

// What a position on a map is decoded to, in the units of the data; null where the map has no way back.
export function decodedAt(data, map, position) {
  const live = data.live_encoder?.maps[map.name];
  if (!live) return null;
  const own = fromPage(data, map, position), decoder = data.live_encoder.encoders[live.space]?.decoder;
  let values;
  if (live.reconstruct) {
    values = compute(data, live.reconstruct, own);
    if (live.space !== "raw") values = decoder ? compute(data, decoder, values) : null;
  } else if (!live.transform.length && decoder) values = compute(data, decoder, own); // the code is the plane
  return values && unscaled(data.live_encoder.scaling, values);
}
