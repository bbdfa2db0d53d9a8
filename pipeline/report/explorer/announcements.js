// For those who listen: what has just changed, in sentences.

import { sentence } from "./sample_panel.js";

export function speak(element, data, state) {
  const titleOf = (name) => data.maps.find((map) => map.name === name).title;
  const rows = (count) => `${count.toLocaleString("en")} of ${data.shown.toLocaleString("en")} rows`;
  const views = {
    all: () => "All maps are shown.",
    one: () => `${titleOf(state.first)} is shown.`,
    two: () => `${titleOf(state.first)} and ${titleOf(state.second)} are shown.`,
    morph: () => `${titleOf(state.first)} turns into ${titleOf(state.second)}.`,
  };
  state.on(["view", "first", "second", "color", "misplaced", "selection", "row", "pinned", "active"], (told) => {
    const { selection, misplaced, pinned } = state, found = [], changed = (...keys) => keys.some((key) => told.has(key));
    if (changed("view", "first", "second")) found.push(views[state.view]());
    if (changed("color")) found.push(`Colored by ${data.colorings.find(({ key }) => key === state.color).title}.`);
    if (changed("misplaced")) {
      found.push(misplaced ? `${rows(misplaced.count)} are shown, those misplaced on ${misplaced.map.title}.` : "All rows are shown.");
    }
    if (changed("selection")) found.push(selection.rows ? `${rows(selection.count)} are chosen.` : "No rows are chosen.");
    if (pinned && changed("row", "pinned", "active")) found.push(sentence(data, state));
    if (!pinned && changed("pinned")) found.push("No row is held.");
    if (found.length) element.textContent = found.join(" ");
  });
}
