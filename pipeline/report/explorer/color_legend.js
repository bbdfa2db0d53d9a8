// What a picture of a map shows, in words: its colors, and which rows; for the page, and for saved pictures.

import { rampOf, scaleOf } from "./colors.js";
import { fill, make, number, percent } from "./dom.js";

// In reading order: { text }, { text, dot } with a class's color before it, and { ramp } with the colors of a scale.
export function legendItems(data, state, maps) {
  const coloring = data.colorings.find(({ key }) => key === state.color), title = coloring.explanation ?? coloring.title;
  const { classes } = coloring, head = { text: `${title}:` };
  if (classes) return [...(classes.length > 1 ? [head] : []), ...classes.map(({ name, color }) => ({ text: name, dot: color }))];
  const of = (map) => scaleOf(coloring, map), without = maps.filter((map) => !of(map));
  const gray = without.length ? [{ text: `Gray: ${without.map((map) => map.title).join(", ")} (${coloring.absent}).` }] : [];
  if (without.length === maps.length) return [{ text: title }, ...gray];
  const { low, high, whole } = of(maps.find(of)), textOf = (value) => (coloring.share ? percent(value) : number(value, whole));
  const ends = coloring.worse === "low" ? [high, low] : [low, high], words = coloring.worse ? [" (best)", " (worst)"] : ["", ""];
  const [from, to] = ends.map((end, at) => textOf(end) + words[at]);
  return [head, { text: from }, { ramp: rampOf(data) }, { text: to }, ...gray];
}

export function showLegend(element, data, state) {
  const items = state.color === "label" ? [] : legendItems(data, state, data.maps); // classes have their legend
  fill(element, ...items.map(({ text, dot, ramp }) => {
    if (!dot && !ramp) return make("span", {}, text);
    const mark = make("span", { class: dot ? "swatch" : "ramp" });
    mark.style.background = dot ?? `linear-gradient(to right, ${ramp.join()})`;
    return dot ? make("span", {}, mark, text) : mark;
  }));
}

// Which rows a panel shows, and how; a line each.
export function shownNotes(data, state, panel) {
  const count = (value) => value.toLocaleString("en"), all = `of ${count(data.shown)} rows`, { misplaced, selection, row, newRows } = state;
  return [
    misplaced && `Only rows misplaced on ${misplaced.map.title}: ${count(misplaced.count)} ${all} are shown.`,
    selection.rows && `${count(selection.count)} ${all} selected; the others are faint.`,
    panel.camera.zoom > 1 && `A part of the map, zoomed in ${number(panel.camera.zoom)} times.`,
    row >= 0 && `Ring: row ${data.ids[row]}; lines lead to its nearest true neighbors.`,
    newRows.some(({ positions }) => positions[panel.map.name]) && `Diamonds: new rows (${count(newRows.length)}).`,
  ].filter(Boolean);
}
