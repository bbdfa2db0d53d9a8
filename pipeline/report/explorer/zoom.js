// Which part of a map is seen: a square around { x, y }, in 0..1, of 1 / zoom of a side. It never reaches beyond the map.

const NEAREST = 200; // times
const RIM = 0.03; // of what is seen, which a row's ring takes

const clamped = (value, low, high) => Math.min(high, Math.max(low, value));

export const whole = () => ({ x: 0.5, y: 0.5, zoom: 1 });

export function held(camera) {
  const zoom = clamped(camera.zoom, 1, NEAREST), half = 0.5 / zoom;
  return { zoom, x: clamped(camera.x, half, 1 - half), y: clamped(camera.y, half, 1 - half) };
}

// Around a spot of the map, which stays where it is.
export function zoomed(camera, factor, [x, y]) {
  const zoom = clamped(camera.zoom * factor, 1, NEAREST), kept = camera.zoom / zoom;
  return { zoom, x: x + (camera.x - x) * kept, y: y + (camera.y - y) * kept };
}

// Moved no further than it must be for a spot to be seen.
export function following({ x, y, zoom }, spot) {
  const half = (0.5 - RIM) / zoom, [toX, toY] = [x, y].map((at, axis) => clamped(at, spot[axis] - half, spot[axis] + half));
  return held({ zoom, x: toX, y: toY });
}

// Two opposite corners of what is seen.
export const seen = ({ x, y, zoom }) => [-1, 1].map((side) => [x + (0.5 * side) / zoom, y + (0.5 * side) / zoom]);
