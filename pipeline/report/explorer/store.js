// What the reader has chosen. Whoever shows a part of it listens to that part; all is painted once a frame.

export function store(values) {
  const listeners = [];
  let changed = new Set();
  let waiting = false;

  function tell() {
    waiting = false;
    const told = changed;
    changed = new Set();
    for (const [keys, listener] of listeners) if (keys.some((key) => told.has(key))) listener(told);
  }

  return {
    ...values,
    set(news) {
      for (const [key, value] of Object.entries(news)) {
        if (this[key] === value) continue;
        this[key] = value;
        changed.add(key);
      }
      if (changed.size && !waiting) {
        waiting = true;
        requestAnimationFrame(tell);
      }
    },
    // The listener gets all keys that have changed.
    on(keys, listener) {
      listeners.push([keys, listener]);
    },
    // Tell everyone of everything, now.
    start() {
      changed = new Set(Object.keys(values));
      tell();
    },
  };
}
