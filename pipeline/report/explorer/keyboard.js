// What keys do on a map.

import { rowTerm } from "./selection.js";

const TOOLS = { p: "pan", l: "lasso", r: "rectangle" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function keyPressed(event, panels, map) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { state, act, data, isShown } = panels, { row, pinned } = state, { key } = event, letter = key.toLowerCase();
  if (key in ARROWS) {
    const index = panels.indexes[panels.shown(map)], { x, y } = panels.cameras[map];
    act.pin(row >= 0 ? index.next(row, ...ARROWS[key], isShown) : index.nearest(x, y, 1, isShown));
  } else if (key === "Enter" && row >= 0) {
    const term = rowTerm(data.ids[row]), { terms } = state.selection;
    act.select(terms.includes(term) ? terms.filter((other) => other !== term) : [...terms, term]);
  } else if (key === "Escape") {
    if (pinned) act.pin(-1);
    else act.select([]);
  } else if (key === "+" || key === "=") panels.zoom(map, 1.5);
  else if (key === "-") panels.zoom(map, 1 / 1.5);
  else if (key === "0") panels.reset();
  else if (key === "[" || key === "]") act.step(key === "]" ? 1 : -1);
  else if (letter === "v") panels.selectOutline(map, panels.view(map), event.shiftKey);
  else if (letter in TOOLS) state.set({ tool: TOOLS[letter] });
  else return;
  event.preventDefault();
}
