// Words on a map, moved apart so that none covers another: as label_placement.py does it for the printed maps, where it is explained.

const RINGS = 12, TURNS = 24;

// spots and sizes: a pair each; where words go, or null.
export function settle(spots, sizes, frame) {
  const homes = spots.map((spot, word) => spot.map((at, axis) => Math.min(Math.max(at, sizes[word][axis] / 2), frame[axis] - sizes[word][axis] / 2)));
  const cover = (one, size, other, ofOther) => [0, 1].every((axis) => Math.abs(one[axis] - other[axis]) < (size[axis] + ofOther[axis]) / 2);
  const inside = (place, size) => [0, 1].every((axis) => place[axis] >= size[axis] / 2 && place[axis] <= frame[axis] - size[axis] / 2);
  const crowded = homes.map((home, word) => homes.some((other, at) => at !== word && cover(home, sizes[word], other, sizes[at])));
  const found = spots.map(() => null);
  for (const word of [...spots.keys()].sort((a, b) => crowded[a] - crowded[b])) {
    for (const place of around(homes[word], sizes[word][1] / 2)) {
      if (!inside(place, sizes[word]) || found.some((other, at) => other && cover(place, sizes[word], other, sizes[at]))) continue;
      found[word] = place;
      break;
    }
  }
  return found;
}

// The place itself, and rings of others around it, the nearest first.
function* around([x, y], step) {
  yield [x, y];
  for (let ring = 1; ring <= RINGS; ring++) {
    for (let turn = 0; turn < TURNS; turn++) {
      const angle = (2 * Math.PI * turn) / TURNS;
      yield [x + ring * step * Math.cos(angle), y + ring * step * Math.sin(angle)];
    }
  }
}
