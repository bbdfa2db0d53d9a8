// The row under the pointer: its columns, its reconstructions, and what each map does to it.

import { valueOf } from "./data.js";
import { fill, make, number, percent, table } from "./dom.js";
import { rowInputs } from "./sample_inputs.js";

export function showRow(element, data, state) {
  const { row } = state;
  if (row < 0) {
    fill(element, make("p", { class: "soft" }, "Point at a row, or walk with the arrow keys. Lines lead to its nearest true neighbors, up to eight that are shown."));
    return;
  }
  const facts = [["row", data.ids[row]]];
  if (data.arrays.labels) facts.push([data.label, data.classes[data.arrays.labels[row]].name]);
  for (const column of data.columns) facts.push([column.title, textOf(data, column, row)]);
  fill(element,
    make("dl", {}, ...facts.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, String(value))])),
    make("div", { class: "inputs" }, ...rowInputs(data, row, 72)),
    errors(data, row),
    table(`Of its ${data.k} true neighbors: kept. Of its ${data.k} on the map: trustworthiness, and how many it has in the other embeddings`,
      ["map", "kept", "trust", "stability"],
      data.maps.map((map) => [map.title, percent(1 - valueOf(data, map.lost, row)), ...[map.trustworthiness, map.stability]
        .map((scale, at) => percent(scale ? valueOf(data, scale, row) : NaN, 1 - at))])));
}

function errors(data, row) {
  if (!data.encoders.length) return null;
  return table("Squared reconstruction error", ["encoder", "error"],
    data.encoders.map(({ name, error }) => [name, number(valueOf(data, error, row))]));
}

export function textOf(data, column, row) {
  if (!column.names) return number(valueOf(data, column.scale, row), column.scale.whole);
  return column.names[data.arrays[column.array][row]];
}

// For screen readers.
export function describeRow(data, { row, active }) {
  const map = data.maps.find(({ name }) => name === active) ?? data.maps[0];
  const label = data.arrays.labels ? `, ${data.classes[data.arrays.labels[row]].name}` : "";
  const kept = Math.round((1 - valueOf(data, map.lost, row)) * data.k);
  return `Row ${data.ids[row]}${label}. ${map.title} keeps ${kept} of its ${data.k} true neighbors.`;
}
