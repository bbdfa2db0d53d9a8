// Tables of the page sort by any column.

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
  const found = text.trim().replaceAll(",", "").replace("−", "-").match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
  return found ? Number(found[0]) : text.trim();
}

// Numbers before words.
function compare(a, b) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return typeof a === "number" ? a - b : a.localeCompare(b);
}
