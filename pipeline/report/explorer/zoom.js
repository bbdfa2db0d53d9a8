// Which part of a map is visible: a square around { x, y }, in 0..1, of 1 / zoom of a side. It never reaches beyond the map.

const NEAREST = 200; // times
const RIM = 0.03; // of what is visible, for the ring around a row

const clamped = (value, low, high) => Math.min(high, Math.max(low, value));

export const whole = () => ({ x: 0.5, y: 0.5, zoom: 1 });

export function clampedView(camera) {
  const zoom = clamped(camera.zoom, 1, NEAREST), half = 0.5 / zoom;
  return { zoom, x: clamped(camera.x, half, 1 - half), y: clamped(camera.y, half, 1 - half) };
}

// Around a position on the map, which does not move.
export function zoomed(camera, factor, [x, y]) {
  const zoom = clamped(camera.zoom * factor, 1, NEAREST), ratio = camera.zoom / zoom;
  return { zoom, x: x + (camera.x - x) * ratio, y: y + (camera.y - y) * ratio };
}

// Moved as little as possible so that a position becomes visible.
export function following({ x, y, zoom }, position) {
  const half = (0.5 - RIM) / zoom, [toX, toY] = [x, y].map((at, axis) => clamped(at, position[axis] - half, position[axis] + half));
  return clampedView({ zoom, x: toX, y: toY });
}

// Two opposite corners of what is visible.
export const visibleCorners = ({ x, y, zoom }) => [-1, 1].map((side) => [x + (0.5 * side) / zoom, y + (0.5 * side) / zoom]);
