// A table as text -> rows of numbers in the order of the map's columns, by the rules of `python -m pipeline place`; or what is
// wrong with it, in one line.

const MISSING = new Set(["", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"]); // as pandas has them
const SAMPLE = 2 ** 16; // characters from which the delimiter is told

// columns: the data's own, { name, features, values } each, of numbers without features; null where they have no names.
// size: numbers in a row; filled: whether missing values are filled in later.
export function rowsOf(text, file, { columns, size, filled }) {
  const mark = file.toLowerCase().endsWith(".tsv") ? "\t" : delimiter(text.slice(0, SAMPLE));
  const lines = linesOf(text.replace(/^\ufeff/, ""), mark), decimal = mark === ";" && decimalComma(text.slice(0, SAMPLE));
  const named = lines.length > 0 && (columns || !lines[0].some(isNumber)), head = named ? lines.shift().map((name) => name.trim().split(/\s+/).join(" ")) : null;
  const found = columns && head ? placesOf(head, columns, file) : { readers: null };
  if (found.refused) return found;
  if (!lines.length) return { refused: `${file}: holds no rows; give at least one line of ${columns ? `${columns.length} values` : `${size} numbers`}.` };
  const first = named ? 2 : 1, width = columns ? head.length : size, rows = [];
  for (const [at, line] of lines.entries()) {
    const where = `${file}, line ${at + first}`;
    if (columns ? line.length > width : line.length !== width) {
      return { refused: `${where}: has ${line.length} values; ${columns ? `its first line names ${width} columns` : `a row of the map's data has ${size}`}.` };
    }
    const row = [];
    for (const [place, reader] of (found.readers ?? line.map((_, value) => ({ at: value }))).entries()) {
      const cell = line[reader.at] ?? "", missing = filled && MISSING.has(cell);
      const values = reader.values ? flags(reader.values, cell, missing) : [missing ? NaN : numberOf(decimal ? cell.replace(",", ".") : cell)];
      if (!missing && values.some(Number.isNaN)) return { refused: `${where}: ${wrong(reader, place, cell)}` };
      row.push(...values);
    }
    rows.push(row);
  }
  return { rows, first };
}

// Which cell of a line each column is read from. Categories may stand under their own name, or as columns of 0 and 1.
function placesOf(head, columns, file) {
  if (head.every(isNumber) && !columns.some(({ name }) => head.includes(name))) return { refused: `${file}: its first line names no columns; begin with ${some(columns)}.` };
  const readers = [], missing = [];
  for (const { name, features, values } of columns) {
    const apart = features?.some((feature) => head.includes(feature)) ?? false;
    const twice = [name, ...(features ?? [])].find((word) => head.indexOf(word) !== head.lastIndexOf(word)) ?? (apart && head.includes(name) ? features[0] : null);
    if (twice !== null) return { refused: `${file}: two columns are called "${twice}". Give each a name of its own.` };
    if (head.includes(name)) readers.push({ at: head.indexOf(name), name, values });
    else if (apart && features.every((feature) => head.includes(feature))) readers.push(...features.map((feature) => ({ at: head.indexOf(feature), name: feature })));
    else missing.push({ name });
  }
  return missing.length ? { refused: `${file}: its columns are not those of the map's data: without ${few(missing)}. Give ${some(columns)}.` } : { readers };
}

const few = (columns) => columns.slice(0, 5).map(({ name }) => name).join(", ") + (columns.length > 5 ? ", ..." : "");
export const some = (columns) => `${few(columns)} (in all ${columns.length})`;

// 1 for the value that a cell holds and 0 for the others; NaN where that is not known.
function flags(values, cell, missing) {
  const at = missing ? -1 : values.findIndex((value) => (typeof value === "number" ? isNumber(cell) && Number(cell) === value : String(value) === (typeof value === "boolean" ? cell.toLowerCase() : cell)));
  return values.map((_, value) => (at < 0 ? NaN : Number(value === at)));
}

function wrong({ name, values }, place, cell) {
  if (values) return `column "${name}" holds "${cell}", which the known data do not have; allowed: ${values.join(", ")}.`;
  return `${name === undefined ? `value ${place + 1}` : `column "${name}"`} is "${cell}"; give a number.`;
}

const isNumber = (cell) => cell.trim() !== "" && Number.isFinite(Number(cell));
const TRUTH = new Map([["true", 1], ["false", 0]]);
const numberOf = (cell) => (isNumber(cell) ? Number(cell) : TRUTH.get(cell.toLowerCase()) ?? NaN);

// The one that cuts the first lines into the most cells, as many in each.
function delimiter(text) {
  let best = [",", 1];
  for (const mark of ",;\t|") {
    const lines = linesOf(text, mark).slice(0, 20), sure = text.length === SAMPLE && lines.length > 1 ? lines.slice(0, -1) : lines;
    const widths = new Set(sure.map((line) => line.length)), [width] = widths;
    if (widths.size === 1 && width > best[1]) best = [mark, width];
  }
  return best[0];
}

const decimalComma = (text) => /(^|;)\s*-?\d+,\d+\s*(;|$)/m.test(text) && !/(^|;)\s*-?\d+\.\d+\s*(;|$)/m.test(text);

// Cells of each line that is not blank; one in quotes may hold delimiters, line ends, and quotes twice.
function linesOf(text, mark) {
  const lines = [], plain = `[^${mark}\\r\\n]*`;
  for (const [, before, quoted, bare] of `\n${text}`.matchAll(new RegExp(`([${mark}]|\\r?\\n|\\r)(?:"([^"]*(?:""[^"]*)*)"${plain}|(${plain}))`, "g"))) {
    if (before !== mark) lines.push([]);
    lines.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
  }
  return lines.filter((line) => line.length > 1 || line[0].trim());
}
