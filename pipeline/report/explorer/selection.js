// Which rows are selected, and how a link stores that. A selection is a list of terms, each of which adds rows:
//   class~3   find~word   row~id   lasso~map~x,y~x,y...   outlines on the grid of the points

const GRID = 65535;
export const NOTHING = { terms: [], rows: null, count: 0 };

// rows: Uint8Array, 1 for each selected row, or null where nothing is selected. shown: likewise, for those that can be selected.
export function select(data, indexes, terms, shown) {
  if (!terms.length) return NOTHING;
  const rows = new Uint8Array(data.shown);
  for (const term of terms) {
    const matches = matching(data, indexes, term);
    for (let row = 0; row < rows.length; row++) rows[row] |= matches[row];
  }
  if (shown) for (let row = 0; row < rows.length; row++) rows[row] &= shown[row];
  return { terms, rows, count: rows.reduce((sum, selected) => sum + selected, 0) };
}

function matching(data, indexes, term) {
  const [kind, ...rest] = term.split("~"), word = decoded(rest.join("~"));
  const all = (test) => Uint8Array.from({ length: data.shown }, (_, row) => test(row));
  if (kind === "class") return all((row) => data.arrays.labels?.[row] === Number(rest[0]));
  if (kind === "row") return all((row) => String(data.ids[row]) === word);
  if (kind === "find") return all((row) => searched(data, row).includes(word.toLowerCase()));
  const map = data.maps.findIndex(({ name }) => name === rest[0]);
  const outline = rest.slice(1).map((position) => position.split(",").map((value) => Number(value) / GRID));
  const valid = kind === "lasso" && map >= 0 && outline.length > 2 && outline.flat().every(Number.isFinite);
  return valid ? indexes[map].within(outline) : new Uint8Array(data.shown);
}

export const lassoTerm = (map, outline) =>
  `lasso~${map}~${outline.map((position) => position.map((value) => Math.round(value * GRID)).join(",")).join("~")}`;
export const rowTerm = (id) => `row~${encodeURIComponent(id)}`;

// What a search selects: the class of that name, or else the row, or else all rows that contain the text. Where a class is called
// 4, "row 4" is the row.
export function searchTerm(data, words) {
  const label = data.classes.findIndex(({ name }) => name.toLowerCase() === words.toLowerCase());
  if (label >= 0) return `class~${label}`;
  const ids = new Set(data.ids.map(String)), id = [words, words.replace(/^row /i, "")].find((word) => ids.has(word));
  return id === undefined ? `find~${encodeURIComponent(words)}` : rowTerm(id);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a link that someone has edited
  }
}

// Everything about a row that can be searched, in small letters.
function searched(data, row) {
  const words = [data.ids[row], data.classes[data.arrays.labels?.[row]]?.name];
  for (const column of data.columns) if (column.names) words.push(column.names[data.arrays[column.array][row]]);
  return words.join("\n").toLowerCase();
}

// What a link stores: #color=label&view=one&first=tsne-raw&only=tsne-raw&select=class~3+lasso~...
export function fromLink(hash) {
  return Object.fromEntries(new URLSearchParams(hash.slice(1)));
}

export function toLink(state) {
  const values = { color: state.color, view: state.view, first: state.first, second: state.second };
  if (state.view === "morph") values.share = Math.round(100 * state.share) / 100;
  if (state.misplaced) values.only = state.misplaced.map.name;
  if (state.selection.terms.length) values.select = state.selection.terms.join(" ");
  return `#${new URLSearchParams(values)}`;
}
