// Positions of rows on a map: which row is nearest to a position, which comes next in a direction, which lie in an outline.

const CELLS = 128; // by side

export class SpatialIndex {
  // positions: Uint16Array, x and y of each row from 0 to 65535
  constructor(positions) {
    this.count = positions.length / 2;
    this.x = new Uint16Array(this.count);
    this.y = new Uint16Array(this.count);
    for (let row = 0; row < this.count; row++) [this.x[row], this.y[row]] = [positions[2 * row], positions[2 * row + 1]];
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    for (let row = 0; row < this.count; row++) this.starts[this.cell(row) + 1]++;
    for (let cell = 0; cell < CELLS * CELLS; cell++) this.starts[cell + 1] += this.starts[cell];
    this.rows = new Uint32Array(this.count);
    const next = this.starts.slice();
    for (let row = 0; row < this.count; row++) this.rows[next[this.cell(row)]++] = row;
  }

  cell(row) {
    return (this.x[row] >> 9) + CELLS * (this.y[row] >> 9);
  }

  // The row nearest to a position in 0..1, no further than reach, of those for which `isShown` holds; -1 if there is none.
  nearest(x, y, reach, isShown = () => true) {
    const column = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(value * CELLS)));
    let nearest = -1, least = (reach * 65535) ** 2;
    for (let j = column(y - reach); j <= column(y + reach); j++) {
      for (let i = column(x - reach); i <= column(x + reach); i++) {
        const cell = i + CELLS * j;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const row = this.rows[at];
          const away = (this.x[row] - x * 65535) ** 2 + (this.y[row] - y * 65535) ** 2;
          if (away <= least && isShown(row)) {
            least = away;
            nearest = row;
          }
        }
      }
    }
    return nearest;
  }

  // The nearest row within 45 degrees of a direction, for the arrow keys; the row itself where there is none.
  next(from, dx, dy, isShown = () => true) {
    let best = from, least = Infinity;
    for (let row = 0; row < this.x.length; row++) {
      const x = this.x[row] - this.x[from], y = this.y[row] - this.y[from];
      const along = x * dx + y * dy, across = Math.abs(x * dy - y * dx);
      if (along <= 0 || across > along || along + across >= least || !isShown(row)) continue;
      least = along + across;
      best = row;
    }
    return best;
  }

  // Uint8Array, 1 for each row within an outline [[x, y], ...] in 0..1.
  within(outline) {
    const inside = new Uint8Array(this.x.length);
    const xs = outline.map(([x]) => x * 65535), ys = outline.map(([, y]) => y * 65535);
    const left = Math.min(...xs), right = Math.max(...xs), low = Math.min(...ys), high = Math.max(...ys);
    for (let row = 0; row < inside.length; row++) {
      const x = this.x[row], y = this.y[row];
      if (x < left || x > right || y < low || y > high) continue;
      let odd = 0;
      for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
        if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) odd ^= 1;
      }
      inside[row] = odd;
    }
    return inside;
  }
}
