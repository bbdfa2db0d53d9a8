// A row as it came in, and as each encoder rebuilds it: a picture, lines over time, or bars of its columns.

import { named } from "./colors.js";
import { make, number } from "./dom.js";

const STEPS = 254; // 255 stands for what is missing
const BARS = 12; // columns shown of a vector, those that lie furthest from the middle of their range

// Where a row's input lies in the arrays of inputs; -1 where its input is not on the page.
export function placeOf(data, row) {
  if (!data.inputs) return -1;
  if (!data.inputs.at) data.inputs.at = new Map(Array.from(data.arrays.inputs_of, (of, place) => [of, place]));
  return data.inputs.at.get(row) ?? -1;
}

// Elements for a row's input and its reconstructions; scale: CSS pixels of a picture's side.
export function inputsOf(data, row, side) {
  const place = placeOf(data, row);
  if (place < 0) return [];
  const { kind } = data.inputs;
  const views = [["input", "inputs"], ...data.encoders.map(({ name }) => [name, `rebuilt ${name}`])];
  if (kind === "vector") return [bars(data, place, views)];
  return views.map(([title, array]) =>
    make("figure", {}, (kind === "image" ? picture : lines)(data, array, place, side, title), make("figcaption", {}, title)));
}

export function part(data, array, place) {
  const size = data.inputs.shape.reduce((product, side) => product * side, 1);
  return data.arrays[array].subarray(place * size, (place + 1) * size);
}

export function picture(data, array, place, side, title) {
  const [height, width, channels = 1] = data.inputs.shape;
  const said = title ? { role: "img", "aria-label": title } : { "aria-hidden": "true" };
  const canvas = make("canvas", { width, height, class: "picture", ...said });
  canvas.style.width = `${side}px`;
  const image = new ImageData(width, height), values = part(data, array, place);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let color = 0; color < 3; color++) {
      image.data[4 * pixel + color] = (values[pixel * channels + (channels >= 3 ? color : 0)] / STEPS) * 255;
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function lines(data, array, place, side, title) {
  const [steps, channels = 1] = data.inputs.shape, values = part(data, array, place);
  const canvas = make("canvas", { width: 2 * side, height: side, role: "img", "aria-label": title });
  canvas.style.width = `${side}px`;
  const context = canvas.getContext("2d");
  context.strokeStyle = named("accent");
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

function bars(data, place, views) {
  const values = views.map(([, array]) => part(data, array, place));
  const order = [...data.inputs.names.keys()].sort((a, b) => Math.abs(values[0][b] - STEPS / 2) - Math.abs(values[0][a] - STEPS / 2));
  const shown = order.slice(0, BARS).map((column) => {
    const { low, high } = data.inputs.ranges[column];
    const cells = values.map((view) => {
      const missing = view[column] > STEPS, value = low + (view[column] / STEPS) * (high - low);
      return make("td", { class: "number" }, missing ? "missing" : number(value));
    });
    return make("tr", {}, make("th", { scope: "row" }, data.inputs.names[column]), ...cells);
  });
  const more = order.length > BARS ? `; the ${BARS} of ${order.length} columns furthest from the middle of their range` : "";
  return make("table", {}, make("caption", {}, `Its values, each to 1/254 of its column's range${more}`),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "column"),
      ...views.map(([title]) => make("th", { scope: "col", class: "number" }, title)))),
    make("tbody", {}, ...shown));
}
