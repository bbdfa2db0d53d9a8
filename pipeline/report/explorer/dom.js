// Elements, made in one call. Text is always text, never markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child != null));
}

// A table: head is a list of texts, rows are lists of texts, numbers or elements; the first of a row names it.
export function table(caption, head, rows) {
  return make("div", { class: "scroll" }, make("table", {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head.map((title, at) => make("th", { scope: "col", class: at && "number" }, title)))),
    make("tbody", {}, ...rows.map(([first, ...rest]) =>
      make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell) => make("td", { class: "number" }, cell)))))));
}

export const percent = (share, digits = 0) => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(digits)}\u00a0%`);

// Three significant digits, with commas between thousands; whole numbers whole.
export const number = (value, whole = false) =>
  Number.isFinite(value) ? (whole ? String(Math.round(value)) : Number(value.toPrecision(3)).toLocaleString("en")) : "missing";

// A file for the reader to download.
export function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A row of CSV. A text that a spreadsheet would read as a formula gets an apostrophe before it; numbers do not.
export const csv = (cells) => cells.map((cell) => {
  const text = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell) ? `'${cell}` : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(",");
