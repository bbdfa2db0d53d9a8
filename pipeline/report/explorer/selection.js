// Which rows are chosen, and how that is told in a link. A selection is a list of terms, each of which adds rows:
//   class~3   find~word   row~id   lasso~map~x,y~x,y...   outlines on the grid that points lie on

const GRID = 65535;
export const NOTHING = { terms: [], rows: null, count: 0 };

// rows: Uint8Array, 1 for each chosen row, or null where nothing is chosen and all rows count alike. shown: likewise, for those that can
// be chosen.
export function select(data, places, terms, shown) {
  if (!terms.length) return NOTHING;
  const rows = new Uint8Array(data.shown);
  for (const term of terms) {
    const found = matching(data, places, term);
    for (let row = 0; row < rows.length; row++) rows[row] |= found[row];
  }
  if (shown) for (let row = 0; row < rows.length; row++) rows[row] &= shown[row];
  return { terms, rows, count: rows.reduce((sum, chosen) => sum + chosen, 0) };
}

function matching(data, places, term) {
  const [kind, ...rest] = term.split("~"), word = plainly(rest.join("~"));
  const all = (test) => Uint8Array.from({ length: data.shown }, (_, row) => test(row));
  if (kind === "class") return all((row) => data.arrays.labels?.[row] === Number(rest[0]));
  if (kind === "row") return all((row) => String(data.ids[row]) === word);
  if (kind === "find") return all((row) => searched(data, row).includes(word.toLowerCase()));
  const map = data.maps.findIndex(({ name }) => name === rest[0]);
  const outline = rest.slice(1).map((spot) => spot.split(",").map((value) => Number(value) / GRID));
  const sound = kind === "lasso" && map >= 0 && outline.length > 2 && outline.flat().every(Number.isFinite);
  return sound ? places[map].within(outline) : new Uint8Array(data.shown);
}

export const lassoTerm = (map, outline) =>
  `lasso~${map}~${outline.map((spot) => spot.map((value) => Math.round(value * GRID)).join(",")).join("~")}`;
export const rowTerm = (id) => `row~${encodeURIComponent(id)}`;

// What a search chooses: the class that is called so, or else the row, or else all rows in which the words are found. Where a
// class is called 4, "row 4" is the row.
export function searchTerm(data, words) {
  const label = data.classes.findIndex(({ name }) => name.toLowerCase() === words.toLowerCase());
  if (label >= 0) return `class~${label}`;
  const ids = new Set(data.ids.map(String)), id = [words, words.replace(/^row /i, "")].find((word) => ids.has(word));
  return id === undefined ? `find~${encodeURIComponent(words)}` : rowTerm(id);
}

function plainly(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a link that someone has changed
  }
}

// Everything about a row that can be searched, in small letters.
function searched(data, row) {
  const words = [data.ids[row], data.classes[data.arrays.labels?.[row]]?.name];
  for (const column of data.columns) if (column.names) words.push(column.names[data.arrays[column.array][row]]);
  return words.join("\n").toLowerCase();
}

// What a link says: #color=label&view=one&first=tsne-raw&only=tsne-raw&select=class~3+lasso~...
export function fromLink(hash) {
  return Object.fromEntries(new URLSearchParams(hash.slice(1)));
}

export function toLink(state) {
  const told = { color: state.color, view: state.view, first: state.first, second: state.second };
  if (state.view === "morph") told.share = Math.round(100 * state.share) / 100;
  if (state.misplaced) told.only = state.misplaced.map.name;
  if (state.selection.terms.length) told.select = state.selection.terms.join(" ");
  return `#${new URLSearchParams(told)}`;
}
