// What keys do on a map.

import { rowTerm } from "./selection.js";

const TOOLS = { p: "pan", l: "lasso", r: "rectangle" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function pressed(event, panels, map) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { state, act, data, among } = panels, { row, pinned } = state, { key } = event, letter = key.toLowerCase();
  if (key in ARROWS) {
    const places = panels.places[panels.shown(map)], { x, y } = panels.cameras[map];
    act.pin(row >= 0 ? places.next(row, ...ARROWS[key], among) : places.nearest(x, y, 1, among));
  } else if (key === "Enter" && row >= 0) {
    const term = rowTerm(data.ids[row]), { terms } = state.selection;
    act.choose(terms.includes(term) ? terms.filter((other) => other !== term) : [...terms, term]);
  } else if (key === "Escape") {
    if (pinned) act.pin(-1);
    else act.choose([]);
  } else if (key === "+" || key === "=") panels.zoom(map, 1.5);
  else if (key === "-") panels.zoom(map, 1 / 1.5);
  else if (key === "0") panels.reset();
  else if (key === "[" || key === "]") act.step(key === "]" ? 1 : -1);
  else if (letter === "v") panels.choose(map, panels.view(map), event.shiftKey);
  else if (letter in TOOLS) state.set({ tool: TOOLS[letter] });
  else return;
  event.preventDefault();
}
