// Labels on a map, moved apart so that none covers another: as label_placement.py places those of printed maps (a test compares them).

const RINGS = 12, TURNS = 24;

// positions and sizes: a pair for each label; frame: a pair. Returns the center of each label, or null.
export function placeLabels(positions, sizes, frame) {
  const homes = positions.map((position, label) => position.map((at, axis) => Math.min(Math.max(at, sizes[label][axis] / 2), frame[axis] - sizes[label][axis] / 2)));
  const cover = (one, size, other, ofOther) => [0, 1].every((axis) => Math.abs(one[axis] - other[axis]) < (size[axis] + ofOther[axis]) / 2);
  const inside = (center, size) => [0, 1].every((axis) => center[axis] >= size[axis] / 2 && center[axis] <= frame[axis] - size[axis] / 2);
  const crowded = homes.map((home, label) => homes.some((other, at) => at !== label && cover(home, sizes[label], other, sizes[at])));
  const centers = positions.map(() => null);
  for (const label of [...positions.keys()].sort((a, b) => crowded[a] - crowded[b])) {
    for (const center of around(homes[label], sizes[label][1] / 2)) {
      if (!inside(center, sizes[label]) || centers.some((other, at) => other && cover(center, sizes[label], other, sizes[at]))) continue;
      centers[label] = center;
      break;
    }
  }
  return centers;
}

// The position itself, and rings around it, the nearest first.
function* around([x, y], step) {
  yield [x, y];
  for (let ring = 1; ring <= RINGS; ring++) {
    for (let turn = 0; turn < TURNS; turn++) {
      const angle = (2 * Math.PI * turn) / TURNS;
      yield [x + ring * step * Math.cos(angle), y + ring * step * Math.sin(angle)];
    }
  }
}
