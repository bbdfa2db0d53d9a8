// New rows: drawn with the pointer, or from a CSV file; their positions on maps, and how unlike the known rows they are.

import { columnNames, parseRows } from "./csv_reader.js";
import { csv, download, fill, make, number, table } from "./dom.js";
import { decodedAt, toPage, transformRow } from "./networks.js";

const LISTED = 50, SIDE = 168; // rows in the table; CSS pixels of the drawing

export function listenToNewRows(element, data, state) {
  const { live_encoder: live } = data;
  if (!live) return;
  const { kind, shape, columns, scaling } = live, size = shape.reduce((product, side) => product * side, 1);
  const status = make("div", { role: "status" });
  const show = (rows, names) => {
    const start = performance.now(), newRows = rows.map((row) => located(data, row));
    const milliseconds = performance.now() - start;
    state.set({ newRows });
    fill(status, summary(data, newRows, names, milliseconds));
  };
  const clear = (...instead) => {
    state.set({ newRows: [] });
    fill(status, ...instead);
  };
  const read = async (file) => {
    const table = parseRows(await file.text(), file.name, { columns, size, filled: Boolean(scaling.fill), rules: live.csv });
    if (table.error) clear(make("p", { class: "error" }, table.error));
    else show(table.rows, table.rows.map((_, at) => `line ${at + table.first}`));
  };
  const input = make("input", { type: "file", accept: ".csv,.tsv,text/csv", onchange: () => input.files[0] && read(input.files[0]) });
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) read(event.dataTransfer.files[0]);
  });
  const pad = kind === "image" && shape.length === 2 && scaling.range ? drawingPad(live, (row) => show([row], ["your drawing"]), clear) : null;
  const titles = data.maps.filter(({ name }) => live.maps[name]).map(({ title }) => title);
  const range = scaling.range ? `from ${number(scaling.range[0])} to ${number(scaling.range[1])}` : "in the units of the data";
  fill(element, make("h2", {}, "Try a new row"),
    make("p", {}, `It appears on ${titles.join(", ")}${titles.length < data.maps.length ? "; the other maps have no network that transforms new rows" : ""}.`),
    pad && make("p", {}, `Draw on the black pad of ${shape[1]} × ${shape[0]} pixels, with the pointer:`), pad,
    make("label", {}, `${pad ? "Or a" : "A"} CSV file ${columns ? `with the data's columns ${columnNames(columns)}` : `of rows of ${size} numbers`}, ${range}, selected or dropped here `, input),
    status);
}

// A row with its positions in the maps' own coordinates (own) and in those of their panels, and its errors.
function located(data, row) {
  const { positions: own, errors } = transformRow(data, row), positions = {};
  for (const map of data.maps) if (own[map.name]) positions[map.name] = toPage(data, map, own[map.name]);
  return { own, errors, positions };
}

function summary(data, newRows, names, milliseconds) {
  const { live_encoder: live } = data, encoders = Object.keys(live.encoders), maps = Object.keys(live.maps);
  const head = ["row", ...encoders.flatMap((name) => [`error, ${name}`, "p"])];
  const rows = newRows.slice(0, LISTED).map(({ errors }, at) =>
    [names[at], ...encoders.flatMap((name) => [number(errors[name].error), number(errors[name].p)])]);
  const outOfDistribution = newRows.filter(({ errors }) => Object.values(errors).some(({ p }) => p < live.alpha)).length;
  const outside = newRows.filter(({ positions }) => Object.values(positions).some((position) => position.some((at) => at < 0 || at > 1))).length;
  const least = Math.min(...Object.values(live.encoders).map(({ test_errors }) => 1 / (1 + data.arrays[test_errors.array].length)));
  const few = encoders.length && least >= live.alpha ? ` No p-value can be below ${number(least)} with so few test rows.` : "";
  const titles = data.maps.filter(({ name }) => maps.includes(name)).map(({ title }) => title);
  return make("div", {},
    make("p", {}, `${outside ? `${outside.toLocaleString("en")} outside the map. ` : ""}Diamonds: ${newRows.length === 1 ? "this row" : `${newRows.length.toLocaleString("en")} rows`} on ${titles.join(", ")}. ` +
      `${encoders.length ? `${outOfDistribution} out-of-distribution for an encoder (p < ${live.alpha}).${few} ` : ""}Computed here in ${number(milliseconds)} ms.`),
    encoders.length ? table(newRows.length > LISTED ? `The first ${LISTED}` : "How rare such an error is among test rows", head, rows) : null,
    make("button", { type: "button", onclick: () => downloadPositions(newRows, names, encoders, maps) }, "Positions as CSV"));
}

function downloadPositions(newRows, names, encoders, maps) {
  const head = ["row", ...maps.flatMap((name) => [`${name} x`, `${name} y`]), ...encoders.flatMap((name) => [`${name} error`, `${name} p_value`])];
  const rows = newRows.map(({ own, errors }, at) => [names[at], ...maps.flatMap((name) => [...own[name]]),
    ...encoders.flatMap((name) => [errors[name].error, errors[name].p])]);
  download("new_points.csv", [head, ...rows].map(csv).join("\n") + "\n", "text/csv");
}

// A pad to draw on, with as many pixels as a row has; `done` gets the drawing after each stroke, `clear` removes it.
function drawingPad({ shape: [height, width], scaling: { range: [low, high] } }, done, clear) {
  const values = new Float64Array(height * width);
  const canvas = make("canvas", { width, height, class: "picture pad", role: "img", "aria-label": "A pad to draw on with the pointer" });
  canvas.style.width = `${SIDE}px`;
  canvas.style.height = `${(SIDE * height) / width}px`;
  const paint = () => {
    const image = new ImageData(width, height);
    values.forEach((value, at) => image.data.set([255 * value, 255 * value, 255 * value, 255], 4 * at));
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  const brush = Math.max(0.7, width / 20); // pixels to each side of a stroke
  const dab = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width - 0.5, y = ((event.clientY - box.top) / box.height) * height - 0.5;
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const value = Math.min(1, Math.max(0, 1 + brush - Math.hypot(i - x, j - y)));
        values[i + width * j] = Math.max(values[i + width * j], value);
      }
    }
    paint();
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    dab(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons && dab(event));
  canvas.addEventListener("pointerup", () => done(Array.from(values, (value) => low + value * (high - low))));
  paint();
  return make("div", {}, canvas, make("button", { type: "button", onclick: () => {
    values.fill(0);
    paint();
    clear();
  } }, "Clear the pad"));
}

// What an empty position of a map is decoded to; nothing where that is not known.
export function showDecoded(element, data, map, position) {
  const values = map < 0 ? null : decodedAt(data, data.maps[map], position);
  if (!values) {
    fill(element);
    return;
  }
  const { kind, shape, names, scaling } = data.live_encoder;
  const title = `Decoded from this position of ${data.maps[map].title}`;
  if (kind === "image" && shape.length === 2) {
    const [height, width] = shape, [low, high] = scaling.range ?? [Math.min(...values), Math.max(...values)];
    const canvas = make("canvas", { width, height, class: "picture", role: "img", "aria-label": title }), image = new ImageData(width, height);
    values.forEach((value, at) => {
      const gray = (255 * (value - low)) / (high - low || 1);
      image.data.set([gray, gray, gray, 255], 4 * at);
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.style.width = "96px";
    fill(element, make("figure", {}, canvas, make("figcaption", {}, title)));
  } else fill(element, table(title, ["column", "value"], Array.from(values, (value, at) => [names?.[at] ?? `column ${at + 1}`, number(value)])));
  element.dataset.values = Array.from(values).join();
}
