// Tables of the page sort by any column, and can be downloaded as CSV.

import { csv, download, make } from "./dom.js";

// Its cells in their present order; numbers as numbers.
export function downloadable(table) {
  const { caption } = table, title = table.closest("details")?.querySelector("summary") ?? caption;
  const name = `${title.textContent.trim().slice(0, 60).replace(/[^\p{L}\p{N}]+/gu, "-")}.csv`;
  const plain = (text) => {
    const cell = text.trim().replaceAll("−", "-").replaceAll("\u00a0", " ");
    return /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(cell) ? cell.replaceAll(",", "") : cell;
  };
  const save = () => download(name, [...table.rows].map((row) => `${csv([...row.cells].map((cell) => plain(cell.textContent)))}\n`).join(""), "text/csv");
  caption.append(" ", make("button", { type: "button", class: "save", onclick: save }, "CSV"));
}

export function sortable(table) {
  const head = [...table.querySelectorAll("thead th")], body = table.tBodies[0];
  head.forEach((cell, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      const keyed = [...body.rows].map((row) => [keyOf(row.cells[column].textContent), row]);
      keyed.sort(([a], [b]) => down * compare(a, b));
      body.append(...keyed.map(([, row]) => row));
      for (const other of head) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
    });
  });
}

// The number that a cell begins with, or its text.
function keyOf(text) {
  const match = text.trim().replaceAll(",", "").replace("−", "-").match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
  return match ? Number(match[0]) : text.trim();
}

// Numbers before words.
function compare(a, b) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return typeof a === "number" ? a - b : a.localeCompare(b);
}
