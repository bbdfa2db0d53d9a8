// The selected rows compared with all rows: classes, mean measures, what distinguishes them, pictures, a table.

import { valueOf } from "./data.js";
import { csv, download, fill, make, number, percent, table } from "./dom.js";
import { inputPosition, picture, valuesAt } from "./sample_inputs.js";
import { textOf } from "./sample_panel.js";

const PICTURES = 48, TABLE_ROWS = 200, DISTINGUISHING = 5;
const LEAST = 0.1; // standard deviations between the selected rows and all, from which a column is listed

export function showSelection(element, status, data, state, act) {
  const { rows, count } = state.selection;
  if (!rows) {
    fill(element, make("p", { class: "soft" }, "Select rows by lasso or rectangle, by a class's name, by a search, or with Enter. Shift adds to them."));
    return;
  }
  const selected = [...rows.keys()].filter((row) => rows[row]);
  const whole = `${count.toLocaleString("en")} of ${data.shown.toLocaleString("en")} rows`;
  fill(element,
    make("p", {}, make("strong", {}, whole), " are selected."),
    make("p", { class: "buttons" },
      make("button", { type: "button", onclick: () => downloadIds(data, selected) }, "Ids as CSV"),
      make("button", { type: "button", onclick: () => copyLink(status) }, "Copy link"),
      make("button", { type: "button", onclick: () => act.select([]) }, "Clear")),
    count ? classes(data, selected) : null,
    count ? means(data, selected) : null,
    count ? distinguishing(data, selected) : null,
    pictures(data, selected, act),
    count ? make("details", {}, make("summary", {}, "As a table"), rowTable(data, selected, state)) : null);
}

const mean = (rows, valueOfRow) => {
  let sum = 0, known = 0;
  for (const row of rows) {
    const value = valueOfRow(row);
    if (!Number.isNaN(value)) [sum, known] = [sum + value, known + 1];
  }
  return sum / known;
};

function classes(data, selected) {
  if (!data.arrays.labels) return null;
  const counts = new Uint32Array(data.classes.length), all = new Uint32Array(data.classes.length);
  for (const row of selected) counts[data.arrays.labels[row]]++;
  for (const label of data.arrays.labels) all[label]++;
  const order = [...counts.keys()].filter((at) => counts[at]).sort((a, b) => counts[b] - counts[a]);
  return table("By class", [data.label, "selected", "of the selected", "of all"], order.map((at) =>
    [data.classes[at].name, counts[at].toLocaleString("en"), percent(counts[at] / selected.length), percent(all[at] / data.shown)]));
}

function means(data, selected) {
  const all = Array.from({ length: data.shown }, (_, row) => row);
  const cell = (scale, digits, value = (row) => valueOf(data, scale, row)) => {
    const [own, other] = [selected, all].map((rows) => (scale ? percent(mean(rows, value), digits) : "–"));
    return make("span", {}, own, make("br"), make("span", { class: "soft" }, other));
  };
  const of = ({ title, lost, trustworthiness, stability }) =>
    [title, cell(lost, 0, (row) => 1 - valueOf(data, lost, row)), cell(trustworthiness, 1), cell(stability, 0)];
  const errors = ({ name, error }) => [name, ...[selected, all].map((rows) => number(mean(rows, (row) => valueOf(data, error, row))))];
  return make("div", {},
    table("Means of the selected rows and, below, of all: neighbors kept, trustworthiness, stability in the other embeddings",
      ["map", "kept", "trust", "stability"], data.maps.map(of)),
    data.encoders.length ? table("Mean reconstruction errors", ["encoder", "selected", "all"], data.encoders.map(errors)) : null);
}

// The columns that differ most, in standard deviations of all rows: by their mean, or by the share of the value whose share differs
// most; columns of the table, and of the data themselves.
function distinguishing(data, selected) {
  const differences = [];
  const add = (title, rows, others, value, format = number) => {
    const [one, other] = [mean(rows, value), mean(others, value)];
    const spread = Math.sqrt(mean(others, (row) => (value(row) - other) ** 2));
    if (spread > 0 && Number.isFinite(one)) differences.push([title, format(one), format(other), (one - other) / spread]);
  };
  const all = Array.from({ length: data.shown }, (_, row) => row);
  for (const column of data.columns) {
    const codes = data.arrays[column.array];
    if (!column.names) add(column.title, selected, all, (row) => valueOf(data, column.scale, row));
    else {
      const code = overrepresented(codes, column.names.length, selected);
      if (code >= 0) add(`${column.title}: ${column.names[code]}`, selected, all, (row) => Number(codes[row] === code), percent);
    }
  }
  if (data.inputs?.kind === "vector") {
    const positions = selected.map((row) => inputPosition(data, row)).filter((position) => position >= 0);
    const every = [...data.arrays.inputs_of.keys()];
    data.inputs.names.forEach((name, at) => {
      const { low, high } = data.inputs.ranges[at];
      const value = (position) => {
        const step = valuesAt(data, "inputs", position)[at];
        return step > 254 ? NaN : low + (step / 254) * (high - low);
      };
      if (positions.length) add(name, positions, every, value);
    });
  }
  const most = differences.filter(([, , , away]) => Math.abs(away) >= LEAST).sort((a, b) => Math.abs(b[3]) - Math.abs(a[3]));
  const limits = { image: "; pixels are not compared one by one", sequence: "; steps are not compared one by one" }[data.inputs?.kind] ?? "";
  if (!most.length) return differences.length ? make("p", { class: "soft" }, `No column differs by ${LEAST} standard deviations${limits}.`) : null;
  return table(`What distinguishes them: means, or shares of one value, and the difference in standard deviations${limits}`, ["column", "selected", "all", "difference"],
    most.slice(0, DISTINGUISHING).map(([title, one, other, away]) => [title, one, other, away.toFixed(1)]));
}

// The value whose share among the selected rows exceeds its share among all rows by most; -1 where no value has two of them.
function overrepresented(codes, count, selected) {
  const own = new Uint32Array(count), all = new Uint32Array(count);
  for (const row of selected) own[codes[row]]++;
  for (const code of codes) all[code]++;
  const more = (code) => own[code] / selected.length - all[code] / codes.length;
  return [...own.keys()].filter((code) => own[code] > 1).sort((a, b) => more(b) - more(a))[0] ?? -1;
}

function pictures(data, selected, act) {
  if (data.inputs?.kind !== "image") return null;
  const shown = selected.filter((row) => inputPosition(data, row) >= 0), step = Math.max(1, shown.length / PICTURES);
  const some = Array.from({ length: Math.min(PICTURES, shown.length) }, (_, at) => shown[Math.floor(at * step)]);
  return make("div", { class: "thumbnails" }, ...some.map((row) => make("button",
    { type: "button", "aria-label": `Row ${data.ids[row]}`, onclick: () => act.pin(row) },
    picture(data, "inputs", inputPosition(data, row), 32, ""))));
}

function rowTable(data, selected, state) {
  const map = data.maps.find(({ name }) => name === state.active) ?? data.maps[0];
  const lost = (row) => valueOf(data, map.lost, row);
  const worst = [...selected].sort((a, b) => lost(b) - lost(a)).slice(0, TABLE_ROWS);
  const head = ["row", ...(data.arrays.labels ? [data.label] : []), ...data.columns.map(({ title }) => title), "neighbors lost"];
  const more = selected.length > TABLE_ROWS ? `, the first ${TABLE_ROWS}` : "";
  return table(`Worst on ${map.title} first${more}`, head, worst.map((row) => [String(data.ids[row]),
    ...(data.arrays.labels ? [data.classes[data.arrays.labels[row]].name] : []),
    ...data.columns.map((column) => textOf(data, column, row)), percent(lost(row))]));
}

function downloadIds(data, selected) {
  const rows = selected.map((row) => csv([data.ids[row], ...(data.arrays.labels ? [data.classes[data.arrays.labels[row]].name] : [])]));
  download("selected.csv", [csv(["id", ...(data.arrays.labels ? [data.label] : [])]), ...rows].join("\n") + "\n", "text/csv");
}

async function copyLink(status) {
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = "The link is copied.";
  } catch {
    status.textContent = "The link is in the address bar; this browser did not let it be copied.";
  }
}
