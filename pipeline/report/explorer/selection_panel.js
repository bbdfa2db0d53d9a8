// The rows that are chosen, against all rows: classes, mean measures, what sets them apart, pictures, a table.

import { valueOf } from "./data.js";
import { csv, fill, keep, make, number, percent, table } from "./dom.js";
import { part, picture, placeOf } from "./sample_inputs.js";
import { textOf } from "./sample_panel.js";

const PICTURES = 48, LINES = 200, APART = 5;
const LEAST = 0.1; // standard deviations between the chosen rows and all, from which a column is told

export function showChosen(element, said, data, state, act) {
  const { rows, count } = state.selection;
  if (!rows) {
    fill(element, make("p", { class: "soft" }, "Choose rows by lasso or rectangle, by a class's name, by a search, or with Enter. Shift adds to them."));
    return;
  }
  const chosen = [...rows.keys()].filter((row) => rows[row]);
  const whole = `${count.toLocaleString("en")} of ${data.shown.toLocaleString("en")} rows`;
  fill(element,
    make("p", {}, make("strong", {}, whole), " are chosen."),
    make("p", { class: "buttons" },
      make("button", { type: "button", onclick: () => download(data, chosen) }, "Ids as CSV"),
      make("button", { type: "button", onclick: () => copyLink(said) }, "Copy link"),
      make("button", { type: "button", onclick: () => act.choose([]) }, "Clear")),
    count ? classes(data, chosen) : null,
    count ? means(data, chosen) : null,
    count ? apart(data, chosen) : null,
    pictures(data, chosen, act),
    count ? make("details", {}, make("summary", {}, "As a table"), listed(data, chosen, state)) : null);
}

const mean = (rows, value) => {
  let sum = 0, known = 0;
  for (const row of rows) {
    const found = value(row);
    if (!Number.isNaN(found)) [sum, known] = [sum + found, known + 1];
  }
  return sum / known;
};

function classes(data, chosen) {
  if (!data.arrays.labels) return null;
  const counts = new Uint32Array(data.classes.length), all = new Uint32Array(data.classes.length);
  for (const row of chosen) counts[data.arrays.labels[row]]++;
  for (const label of data.arrays.labels) all[label]++;
  const order = [...counts.keys()].filter((at) => counts[at]).sort((a, b) => counts[b] - counts[a]);
  return table("By class", [data.label, "chosen", "of the chosen", "of all"], order.map((at) =>
    [data.classes[at].name, counts[at].toLocaleString("en"), percent(counts[at] / chosen.length), percent(all[at] / data.shown)]));
}

function means(data, chosen) {
  const all = Array.from({ length: data.shown }, (_, row) => row);
  const cell = (scale, digits, value = (row) => valueOf(data, scale, row)) => {
    const [own, other] = [chosen, all].map((rows) => (scale ? percent(mean(rows, value), digits) : "–"));
    return make("span", {}, own, make("br"), make("span", { class: "soft" }, other));
  };
  const of = ({ title, lost, trustworthiness, stability }) =>
    [title, cell(lost, 0, (row) => 1 - valueOf(data, lost, row)), cell(trustworthiness, 1), cell(stability, 0)];
  const errors = ({ name, error }) => [name, ...[chosen, all].map((rows) => number(mean(rows, (row) => valueOf(data, error, row))))];
  return make("div", {},
    table("Means of the chosen rows and, below, of all: neighbors kept, trustworthiness, stability on other drawings",
      ["map", "kept", "trust", "on others"], data.maps.map(of)),
    data.encoders.length ? table("Mean reconstruction errors", ["encoder", "chosen", "all"], data.encoders.map(errors)) : null);
}

// The columns that differ most, in standard deviations of all rows: by their mean, or by the share of the value that is more
// frequent than among all rows by most; columns of the table, and of the data themselves.
function apart(data, chosen) {
  const found = [];
  const add = (title, rows, others, value, said = number) => {
    const [one, other] = [mean(rows, value), mean(others, value)];
    const spread = Math.sqrt(mean(others, (row) => (value(row) - other) ** 2));
    if (spread > 0 && Number.isFinite(one)) found.push([title, said(one), said(other), (one - other) / spread]);
  };
  const all = Array.from({ length: data.shown }, (_, row) => row);
  for (const column of data.columns) {
    const codes = data.arrays[column.array];
    if (!column.names) add(column.title, chosen, all, (row) => valueOf(data, column.scale, row));
    else {
      const code = frequent(codes, column.names.length, chosen);
      if (code >= 0) add(`${column.title}: ${column.names[code]}`, chosen, all, (row) => Number(codes[row] === code), percent);
    }
  }
  if (data.inputs?.kind === "vector") {
    const places = chosen.map((row) => placeOf(data, row)).filter((place) => place >= 0);
    const every = [...data.arrays.inputs_of.keys()];
    data.inputs.names.forEach((name, at) => {
      const { low, high } = data.inputs.ranges[at];
      const value = (place) => {
        const kept = part(data, "inputs", place)[at];
        return kept > 254 ? NaN : low + (kept / 254) * (high - low);
      };
      if (places.length) add(name, places, every, value);
    });
  }
  const most = found.filter(([, , , away]) => Math.abs(away) >= LEAST).sort((a, b) => Math.abs(b[3]) - Math.abs(a[3]));
  const alone = { image: "; pixels are not compared one by one", sequence: "; steps are not compared one by one" }[data.inputs?.kind] ?? "";
  if (!most.length) return found.length ? make("p", { class: "soft" }, `No column sets them apart by ${LEAST} standard deviations${alone}.`) : null;
  return table(`What sets them apart: means, or shares of one value, and how many standard deviations lie between${alone}`, ["column", "chosen", "all", "apart"],
    most.slice(0, APART).map(([title, one, other, away]) => [title, one, other, away.toFixed(1)]));
}

// The value whose share among the chosen rows exceeds its share among all rows by most; -1 where no value has two of them.
function frequent(codes, count, chosen) {
  const own = new Uint32Array(count), all = new Uint32Array(count);
  for (const row of chosen) own[codes[row]]++;
  for (const code of codes) all[code]++;
  const more = (code) => own[code] / chosen.length - all[code] / codes.length;
  return [...own.keys()].filter((code) => own[code] > 1).sort((a, b) => more(b) - more(a))[0] ?? -1;
}

function pictures(data, chosen, act) {
  if (data.inputs?.kind !== "image") return null;
  const shown = chosen.filter((row) => placeOf(data, row) >= 0), step = Math.max(1, shown.length / PICTURES);
  const some = Array.from({ length: Math.min(PICTURES, shown.length) }, (_, at) => shown[Math.floor(at * step)]);
  return make("div", { class: "thumbnails" }, ...some.map((row) => make("button",
    { type: "button", "aria-label": `Row ${data.ids[row]}`, onclick: () => act.pin(row) },
    picture(data, "inputs", placeOf(data, row), 32, ""))));
}

function listed(data, chosen, state) {
  const map = data.maps.find(({ name }) => name === state.active) ?? data.maps[0];
  const lost = (row) => valueOf(data, map.lost, row);
  const worst = [...chosen].sort((a, b) => lost(b) - lost(a)).slice(0, LINES);
  const head = ["row", ...(data.arrays.labels ? [data.label] : []), ...data.columns.map(({ title }) => title), "neighbors lost"];
  const more = chosen.length > LINES ? `, the first ${LINES}` : "";
  return table(`Worst on ${map.title} first${more}`, head, worst.map((row) => [String(data.ids[row]),
    ...(data.arrays.labels ? [data.classes[data.arrays.labels[row]].name] : []),
    ...data.columns.map((column) => textOf(data, column, row)), percent(lost(row))]));
}

function download(data, chosen) {
  const lines = chosen.map((row) => csv([data.ids[row], ...(data.arrays.labels ? [data.classes[data.arrays.labels[row]].name] : [])]));
  keep("chosen.csv", [csv(["id", ...(data.arrays.labels ? [data.label] : [])]), ...lines].join("\n") + "\n", "text/csv");
}

async function copyLink(said) {
  try {
    await navigator.clipboard.writeText(location.href);
    said.textContent = "The link is copied.";
  } catch {
    said.textContent = "The link is in the address bar; this browser did not let it be copied.";
  }
}
