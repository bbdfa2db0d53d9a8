// Pointer events on a map: pointing, a click, a drag, and a pinch with two fingers.

const CLICK = 4; // CSS pixels that a pointer may move and still click

// on: { point(event), leave(), press(event), drag(event), click(event), finish(event), end(), pinch(before, after) }
export function listenToPointer(box, on) {
  const down = new Map(); // pointers that press, by id
  let start = null; // of the only one
  let far = false; // it has moved further than a click may, so this is a drag
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    box.setPointerCapture(event.pointerId);
    box.focus({ preventScroll: true });
    down.set(event.pointerId, event);
    start = down.size === 1 ? event : null;
    far = false;
    start ? on.press(event) : on.end();
  });
  box.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return on.point(event);
    const before = [...down.values()];
    down.set(event.pointerId, event);
    if (start) {
      far ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > CLICK;
      if (far) on.drag(event);
    } else if (down.size === 2) on.pinch(between(...before), between(...down.values()));
  });
  box.addEventListener("pointerup", (event) => {
    if (start) far ? on.finish(event) : on.click(event);
    lift(event);
  });
  box.addEventListener("pointercancel", lift); // the page scrolls instead
  box.addEventListener("pointerleave", on.leave);

  function lift(event) {
    if (!down.delete(event.pointerId)) return;
    start = null;
    on.end();
  }
}

// Of two pointers: the middle, and their distance, in CSS pixels.
function between(one, other) {
  const across = one.clientX - other.clientX, along = one.clientY - other.clientY;
  return { clientX: one.clientX - across / 2, clientY: one.clientY - along / 2, distance: Math.max(1, Math.hypot(across, along)) };
}
