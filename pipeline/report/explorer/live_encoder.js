// New rows: drawn with the pointer, or from a CSV file; where they land, and how unlike the known ones they are.

import { csv, fill, keep, make, number, table } from "./dom.js";
import { judge, onPage, rebuilt } from "./networks.js";
import { rowsOf, some } from "./csv_reader.js";

const LISTED = 50, SIDE = 168; // rows in the table; CSS pixels of the drawing

export function listenToRows(element, data, state) {
  if (!data.living) return;
  const { kind, shape, columns, scaling } = data.living, size = shape.reduce((product, side) => product * side, 1);
  const said = make("div", { role: "status" });
  const show = (rows, names) => {
    const start = performance.now(), found = rows.map((row) => judged(data, row));
    const took = performance.now() - start;
    state.set({ tried: found });
    fill(said, result(data, found, names, took));
  };
  const clear = (...instead) => {
    state.set({ tried: [] });
    fill(said, ...instead);
  };
  const refuse = (line) => clear(make("p", { class: "refused" }, line));
  const read = async (file) => {
    const found = rowsOf(await file.text(), file.name, { columns, size, filled: "fill" in scaling });
    if (found.refused) refuse(found.refused);
    else show(found.rows, found.rows.map((_, at) => `line ${at + found.first}`));
  };
  const input = make("input", { type: "file", accept: ".csv,.tsv,text/csv", onchange: () => input.files[0] && read(input.files[0]) });
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) read(event.dataTransfer.files[0]);
  });
  const drawn = kind === "image" && shape.length === 2 && scaling.rule === "unit" ? drawing(data, (row) => show([row], ["your drawing"]), clear) : null;
  const titles = data.maps.filter(({ name }) => data.living.maps[name]).map(({ title }) => title);
  const range = scaling.rule === "unit" ? `from ${number(scaling.low)} to ${number(scaling.high)}` : "in the units of the data";
  fill(element, make("h2", {}, "Try a new row"),
    make("p", {}, `It lands on ${titles.join(", ")}${titles.length < data.maps.length ? "; the other maps have no network that places new rows" : ""}.`),
    drawn && make("p", {}, `Draw on the black pad of ${shape[1]} × ${shape[0]} pixels, with the pointer:`), drawn,
    make("label", {}, `${drawn ? "Or a" : "A"} CSV file ${columns ? `with the data's columns ${some(columns)}` : `of rows of ${size} numbers`}, ${range}, chosen or dropped here `, input),
    said);
}

function judged(data, row) {
  const { places, errors } = judge(data, row), spots = {};
  for (const map of data.maps) if (places[map.name]) spots[map.name] = onPage(data, map, places[map.name]);
  return { places, errors, spots };
}

function result(data, found, names, took) {
  const encoders = Object.keys(data.living.encoders), maps = Object.keys(data.living.maps);
  const head = ["row", ...encoders.flatMap((name) => [`error, ${name}`, "p"])];
  const lines = found.slice(0, LISTED).map(({ errors }, at) =>
    [names[at], ...encoders.flatMap((name) => [number(errors[name].error), number(errors[name].p)])]);
  const novel = found.filter(({ errors }) => Object.values(errors).some(({ p }) => p < data.living.level)).length;
  const lost = found.filter(({ spots }) => Object.values(spots).some((spot) => spot.some((at) => at < 0 || at > 1))).length;
  const least = Math.min(...Object.values(data.living.encoders).map(({ known }) => 1 / (1 + data.arrays[known.array].length)));
  const few = encoders.length && least >= data.living.level ? ` No p-value can be below ${number(least)} with so few test rows.` : "";
  const titles = data.maps.filter(({ name }) => maps.includes(name)).map(({ title }) => title);
  return make("div", {},
    make("p", {}, `${lost ? `${lost.toLocaleString("en")} outside the map. ` : ""}Diamonds: ${found.length === 1 ? "this row" : `${found.length.toLocaleString("en")} rows`} on ${titles.join(", ")}. ` +
      `${encoders.length ? `${novel} called novel by an encoder (p < ${data.living.level}).${few} ` : ""}Computed here in ${number(took)} ms.`),
    encoders.length ? table(found.length > LISTED ? `The first ${LISTED}` : "How rare such an error is among test rows", head, lines) : null,
    make("button", { type: "button", onclick: () => downloadPlaces(found, names, encoders, maps) }, "Places as CSV"));
}

function downloadPlaces(found, names, encoders, maps) {
  const head = ["row", ...maps.flatMap((name) => [`${name} x`, `${name} y`]), ...encoders.flatMap((name) => [`${name} error`, `${name} p_value`])];
  const lines = found.map(({ places, errors }, at) => [names[at], ...maps.flatMap((name) => [...places[name]]),
    ...encoders.flatMap((name) => [errors[name].error, errors[name].p])]);
  keep("placed.csv", [head, ...lines].map(csv).join("\n") + "\n", "text/csv");
}

// A pad to draw on, as many pixels as a row has; each stroke is judged as it is drawn, `clear` undoes all.
function drawing(data, done, clear) {
  const { shape: [height, width], scaling } = data.living;
  const low = scaling.low ?? 0, high = scaling.high ?? 1, values = new Float64Array(height * width);
  const canvas = make("canvas", { width, height, class: "picture pad", role: "img", "aria-label": "A pad to draw on with the pointer" });
  canvas.style.width = `${SIDE}px`;
  canvas.style.height = `${(SIDE * height) / width}px`;
  const paint = () => {
    const image = new ImageData(width, height);
    values.forEach((value, at) => image.data.set([255 * value, 255 * value, 255 * value, 255], 4 * at));
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  const brush = Math.max(0.7, width / 20); // pixels that a stroke is wide to each side
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
  const judgeIt = () => done(Array.from(values, (value) => low + value * (high - low)));
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    dab(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons && dab(event));
  canvas.addEventListener("pointerup", judgeIt);
  paint();
  return make("div", {}, canvas, make("button", { type: "button", onclick: () => {
    values.fill(0);
    paint();
    clear();
  } }, "Clear the pad"));
}

// What would live at an empty spot of a map; nothing where that is not known.
export function showDecoded(element, data, map, spot) {
  const values = map < 0 ? null : rebuilt(data, data.maps[map], spot);
  if (!values) {
    fill(element);
    return;
  }
  const { kind, shape, names, scaling } = data.living;
  const title = `What would live at this spot of ${data.maps[map].title}`;
  if (kind === "image" && shape.length === 2) {
    const [height, width] = shape, low = scaling.low ?? Math.min(...values), high = scaling.high ?? Math.max(...values);
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
