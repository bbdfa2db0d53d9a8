// Elements, made in one call. Text is always text, never markup.

export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child != null));
}

// A table: head is a list of words, lines are lists of words, numbers or elements; the first of a line names it.
export function table(caption, head, lines) {
  return make("div", { class: "scroll" }, make("table", {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head.map((word, at) => make("th", { scope: "col", class: at && "number" }, word)))),
    make("tbody", {}, ...lines.map(([first, ...rest]) =>
      make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell) => make("td", { class: "number" }, cell)))))));
}

export const percent = (share, digits = 0) => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(digits)}\u00a0%`);

// Three significant digits, and thousands apart; whole numbers whole.
export const number = (value, whole = false) =>
  Number.isFinite(value) ? (whole ? String(Math.round(value)) : Number(value.toPrecision(3)).toLocaleString("en")) : "missing";

// A file for the reader to keep.
export function keep(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A line of CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay.
export const csv = (cells) => cells.map((cell) => {
  const text = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell) ? `'${cell}` : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(",");
