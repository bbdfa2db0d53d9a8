// For screen readers: what has just changed, in sentences.

import { describeRow } from "./sample_panel.js";

export function announce(element, data, state) {
  const titleOf = (name) => data.maps.find((map) => map.name === name).title;
  const rows = (count) => `${count.toLocaleString("en")} of ${data.shown.toLocaleString("en")} rows`;
  const views = {
    all: () => "All maps are shown.",
    one: () => `${titleOf(state.first)} is shown.`,
    two: () => `${titleOf(state.first)} and ${titleOf(state.second)} are shown.`,
    morph: () => `${titleOf(state.first)} turns into ${titleOf(state.second)}.`,
  };
  state.on(["view", "first", "second", "color", "misplaced", "selection", "row", "pinned", "active"], (changedKeys) => {
    const { selection, misplaced, pinned } = state, sentences = [], changed = (...keys) => keys.some((key) => changedKeys.has(key));
    if (changed("view", "first", "second")) sentences.push(views[state.view]());
    if (changed("color")) sentences.push(`Colored by ${data.colorings.find(({ key }) => key === state.color).title}.`);
    if (changed("misplaced")) {
      sentences.push(misplaced ? `${rows(misplaced.count)} are shown, those misplaced on ${misplaced.map.title}.` : "All rows are shown.");
    }
    if (changed("selection")) sentences.push(selection.rows ? `${rows(selection.count)} are selected.` : "No rows are selected.");
    if (pinned && changed("row", "pinned", "active")) sentences.push(describeRow(data, state));
    if (!pinned && changed("pinned")) sentences.push("No row is pinned.");
    if (sentences.length) element.textContent = sentences.join(" ");
  });
}
