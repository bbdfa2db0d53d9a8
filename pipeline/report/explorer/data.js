// The page's data, as explorer/packing.py packs them: a header, and typed arrays by name.

export async function unpack(text) {
  const letters = atob(text.trim()), packed = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = new DataView(whole.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + size)));
  const arrays = {};
  let at = 4 + size;
  for (const [name, { count, bytes }] of Object.entries(header.arrays)) {
    arrays[name] = joined(whole.subarray(at, at + count * bytes), count, bytes);
    at += count * bytes;
  }
  return { ...header, arrays };
}

// Numbers are kept as planes: first all lowest bytes, then all second ones.
function joined(planes, count, bytes) {
  if (bytes === 1) return planes;
  const values = bytes === 2 ? new Uint16Array(count) : new Uint32Array(count);
  for (let plane = 0; plane < bytes; plane++) {
    const shift = 8 * plane, from = plane * count;
    for (let i = 0; i < count; i++) values[i] |= planes[from + i] << shift;
  }
  return values;
}

// Neighbors are kept as differences to a row's own number, positive ones even, negative ones odd.
export function neighborsOf(data, row) {
  const { k } = data.neighbors, neighbors = [];
  for (let i = 0; i < k; i++) {
    const kept = data.arrays.neighbors[row * k + i];
    const neighbor = row + (kept & 1 ? -(kept + 1) / 2 : kept / 2);
    if (neighbor !== row) neighbors.push(neighbor); // its own number means one that is not shown
  }
  return neighbors;
}

// A quantized value in its own unit; NaN where there is none.
export function valueOf(data, scale, row) {
  const step = data.arrays[scale.array][row];
  return step === scale.missing ? NaN : scale.low + (step / scale.steps) * (scale.high - scale.low);
}
