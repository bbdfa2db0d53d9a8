// The state of the explorer. Whoever shows a part of it listens to that part; all is painted once a frame.

export function store(initial) {
  const listeners = [];
  let changed = new Set();
  let waiting = false;

  function notify() {
    waiting = false;
    const keys = changed;
    changed = new Set();
    for (const [watched, listener] of listeners) if (watched.some((key) => keys.has(key))) listener(keys);
  }

  return {
    ...initial,
    set(values) {
      for (const [key, value] of Object.entries(values)) {
        if (this[key] === value) continue;
        this[key] = value;
        changed.add(key);
      }
      if (changed.size && !waiting) {
        waiting = true;
        requestAnimationFrame(notify);
      }
    },
    // The listener gets all keys that have changed.
    on(keys, listener) {
      listeners.push([keys, listener]);
    },
    // Notify all listeners of everything, now.
    start() {
      changed = new Set(Object.keys(initial));
      notify();
    },
  };
}
