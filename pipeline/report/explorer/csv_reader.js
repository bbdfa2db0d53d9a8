// A table as text -> rows of numbers in the order of the map's columns, or what is wrong with it, in one line: as
// `python -m pipeline transform` reads it (a test compares them).

// columns: the data's own, { name, features, values } each, of numbers without features; null where they have no names.
// size: numbers in a row; filled: whether missing values are filled in later; rules: { missing, delimiters, sample } of live_encoder.py.
export function parseRows(text, file, { columns, size, filled, rules }) {
  const sample = text.slice(0, rules.sample), mark = file.toLowerCase().endsWith(".tsv") ? "\t" : delimiter(sample, rules);
  const lines = linesOf(text.replace(/^\ufeff/, ""), mark), decimal = mark === ";" && decimalComma(sample);
  const named = lines.length > 0 && (columns || !lines[0].some(isNumber));
  const head = named ? lines.shift().map((name) => name.trim().split(/\s+/).join(" ")) : null;
  const header = columns && head ? readersOf(head, columns, file) : { readers: null };
  if (header.error) return header;
  if (!lines.length) return { error: `${file}: holds no rows; give at least one line of ${columns ? `${columns.length} values` : `${size} numbers`}.` };
  const first = named ? 2 : 1, width = columns ? head.length : size, rows = [];
  for (const [at, line] of lines.entries()) {
    const where = `${file}, line ${at + first}`;
    if (columns ? line.length > width : line.length !== width) {
      return { error: `${where}: has ${line.length} values; ${columns ? `its first line names ${width} columns` : `a row of the map's data has ${size}`}.` };
    }
    const row = [];
    for (const [position, reader] of (header.readers ?? line.map((_, value) => ({ at: value }))).entries()) {
      const cell = line[reader.at] ?? "", missing = filled && rules.missing.includes(cell);
      const values = reader.values ? indicators(reader.values, cell, missing) : [missing ? NaN : numberOf(decimal ? cell.replace(",", ".") : cell)];
      if (!missing && values.some(Number.isNaN)) return { error: `${where}: ${problem(reader, position, cell)}` };
      row.push(...values);
    }
    rows.push(row);
  }
  return { rows, first };
}

// Which cell of a line each column is read from. Categories may come under their own name, or as columns of 0 and 1.
function readersOf(head, columns, file) {
  if (head.every(isNumber) && !columns.some(({ name }) => head.includes(name))) return { error: `${file}: its first line names no columns; begin with ${columnNames(columns)}.` };
  const readers = [], missing = [];
  for (const { name, features, values } of columns) {
    const asIndicators = features?.some((feature) => head.includes(feature)) ?? false;
    const twice = [name, ...(features ?? [])].find((word) => head.indexOf(word) !== head.lastIndexOf(word)) ?? (asIndicators && head.includes(name) ? features[0] : null);
    if (twice !== null) return { error: `${file}: two columns are called "${twice}". Give each a name of its own.` };
    if (head.includes(name)) readers.push({ at: head.indexOf(name), name, values });
    else if (asIndicators && features.every((feature) => head.includes(feature))) readers.push(...features.map((feature) => ({ at: head.indexOf(feature), name: feature })));
    else missing.push({ name });
  }
  return missing.length ? { error: `${file}: its columns are not those of the map's data: without ${firstNames(missing)}. Give ${columnNames(columns)}.` } : { readers };
}

const firstNames = (columns) => columns.slice(0, 5).map(({ name }) => name).join(", ") + (columns.length > 5 ? ", ..." : "");
export const columnNames = (columns) => `${firstNames(columns)} (in all ${columns.length})`;

// 1 for the value of a cell and 0 for the others; NaN where it is none of them.
function indicators(values, cell, missing) {
  const at = missing ? -1 : values.findIndex((value) => (typeof value === "number" ? isNumber(cell) && Number(cell) === value : String(value) === (typeof value === "boolean" ? cell.toLowerCase() : cell)));
  return values.map((_, value) => (at < 0 ? NaN : Number(value === at)));
}

function problem({ name, values }, position, cell) {
  if (values) return `column "${name}" holds "${cell}", which the known data do not have; allowed: ${values.join(", ")}.`;
  return `${name === undefined ? `value ${position + 1}` : `column "${name}"`} is "${cell}"; give a number.`;
}

const isNumber = (cell) => cell.trim() !== "" && Number.isFinite(Number(cell));
const TRUTH = new Map([["true", 1], ["false", 0]]);
const numberOf = (cell) => (isNumber(cell) ? Number(cell) : TRUTH.get(cell.toLowerCase()) ?? NaN);

// The delimiter that divides the first lines into the most columns, equally many in each line.
function delimiter(text, rules) {
  let best = [",", 1];
  for (const mark of rules.delimiters) {
    const lines = linesOf(text, mark).slice(0, 20), complete = text.length === rules.sample && lines.length > 1 ? lines.slice(0, -1) : lines;
    const widths = new Set(complete.map((line) => line.length)), [width] = widths;
    if (widths.size === 1 && width > best[1]) best = [mark, width];
  }
  return best[0];
}

const decimalComma = (text) => /(^|;)\s*-?\d+,\d+\s*(;|$)/m.test(text) && !/(^|;)\s*-?\d+\.\d+\s*(;|$)/m.test(text);

// Cells of each line that is not blank; one in quotes may hold delimiters, line ends, and doubled quotes.
function linesOf(text, mark) {
  const lines = [], plain = `[^${mark}\\r\\n]*`;
  for (const [, before, quoted, bare] of `\n${text}`.matchAll(new RegExp(`([${mark}]|\\r?\\n|\\r)(?:"([^"]*(?:""[^"]*)*)"${plain}|(${plain}))`, "g"))) {
    if (before !== mark) lines.push([]);
    lines.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
  }
  return lines.filter((line) => line.length > 1 || line[0].trim());
}
