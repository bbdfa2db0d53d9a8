// A row's input and its reconstruction by each encoder: a picture, lines over time, or a table of its columns.

import { cssColor } from "./colors.js";
import { make, number } from "./dom.js";

const STEPS = 254; // 255 means missing
const COLUMNS = 12; // shown of a vector, those furthest from the middle of their range

// The position of a row's input in the arrays of inputs; -1 where its input is not on the page.
export function inputPosition(data, row) {
  if (!data.inputs) return -1;
  if (!data.inputs.at) data.inputs.at = new Map(Array.from(data.arrays.inputs_of, (row, position) => [row, position]));
  return data.inputs.at.get(row) ?? -1;
}

// Elements for a row's input and its reconstructions; scale: CSS pixels of a picture's side.
export function rowInputs(data, row, side) {
  const position = inputPosition(data, row);
  if (position < 0) return [];
  const { kind } = data.inputs;
  const views = [["input", "inputs"], ...data.encoders.map(({ name }) => [name, `reconstructed ${name}`])];
  if (kind === "vector") return [columnTable(data, position, views)];
  return views.map(([title, array]) =>
    make("figure", {}, (kind === "image" ? picture : curves)(data, array, position, side, title), make("figcaption", {}, title)));
}

export function valuesAt(data, array, position) {
  const size = data.inputs.shape.reduce((product, side) => product * side, 1);
  return data.arrays[array].subarray(position * size, (position + 1) * size);
}

export function picture(data, array, position, side, title) {
  const [height, width, channels = 1] = data.inputs.shape;
  const role = title ? { role: "img", "aria-label": title } : { "aria-hidden": "true" };
  const canvas = make("canvas", { width, height, class: "picture", ...role });
  canvas.style.width = `${side}px`;
  const image = new ImageData(width, height), values = valuesAt(data, array, position);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let color = 0; color < 3; color++) {
      image.data[4 * pixel + color] = (values[pixel * channels + (channels >= 3 ? color : 0)] / STEPS) * 255;
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function curves(data, array, position, side, title) {
  const [steps, channels = 1] = data.inputs.shape, values = valuesAt(data, array, position);
  const canvas = make("canvas", { width: 2 * side, height: side, role: "img", "aria-label": title });
  canvas.style.width = `${side}px`;
  const context = canvas.getContext("2d");
  context.strokeStyle = cssColor("accent");
  context.globalAlpha = Math.max(0.25, 1 / channels);
  for (let channel = 0; channel < channels; channel++) {
    context.beginPath();
    for (let step = 0; step < steps; step++) {
      const value = values[step * channels + channel];
      if (value > STEPS) break;
      context.lineTo((step / Math.max(1, steps - 1)) * canvas.width, (1 - value / STEPS) * canvas.height);
    }
    context.stroke();
  }
  return canvas;
}

function columnTable(data, position, views) {
  const values = views.map(([, array]) => valuesAt(data, array, position));
  const order = [...data.inputs.names.keys()].sort((a, b) => Math.abs(values[0][b] - STEPS / 2) - Math.abs(values[0][a] - STEPS / 2));
  const shown = order.slice(0, COLUMNS).map((column) => {
    const { low, high } = data.inputs.ranges[column];
    const cells = values.map((view) => {
      const missing = view[column] > STEPS, value = low + (view[column] / STEPS) * (high - low);
      return make("td", { class: "number" }, missing ? "missing" : number(value));
    });
    return make("tr", {}, make("th", { scope: "row" }, data.inputs.names[column]), ...cells);
  });
  const more = order.length > COLUMNS ? `; the ${COLUMNS} of ${order.length} columns furthest from the middle of their range` : "";
  return make("table", {}, make("caption", {}, `Its values, each to 1/254 of its column's range${more}`),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "column"),
      ...views.map(([title]) => make("th", { scope: "col", class: "number" }, title)))),
    make("tbody", {}, ...shown));
}
