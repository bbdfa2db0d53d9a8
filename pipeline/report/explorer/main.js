// The explorer replaces the printed maps on the screen: the same maps, linked, on one canvas.

import { announce } from "./announcements.js";
import { legendItems, shownNotes } from "./color_legend.js";
import { cssColor, movement, rgb, rowColors } from "./colors.js";
import { unpack, valueOf } from "./data.js";
import { csv, download, make } from "./dom.js";
import { listenToNewRows, showDecoded } from "./live_encoder.js";
import { Panels } from "./map_panels.js";
import { drawOverlay } from "./overlay.js";
import { makeRenderer, paintOrder } from "./renderer.js";
import { showRow } from "./sample_panel.js";
import { SCALE, savable } from "./save_image.js";
import { fromLink, lassoTerm, NOTHING, select, toLink } from "./selection.js";
import { showSelection } from "./selection_panel.js";
import { downloadable, sortable } from "./sortable_tables.js";
import { SpatialIndex } from "./spatial_index.js";
import { store } from "./store.js";
import { listenToToolbar } from "./toolbar.js";

const LARGEST = 8192; // pixels of a canvas's side that every browser paints
const PAUSE = 50; // milliseconds until a link is written: browsers take few in a second
const began = performance.now();

async function explore(frame) {
  const data = await unpack(document.getElementById("explorer-data").textContent);
  const indexes = data.maps.map((_, map) => new SpatialIndex(data.arrays[`map ${map}`]));
  const [first] = data.maps;
  const state = store({
    color: data.colorings[0].key, view: "all", first: data.best, second: (data.maps.find(({ name }) => name !== data.best) ?? first).name,
    share: 0, tool: "pan", linked: true, selection: NOTHING, only: null, misplaced: null, row: -1, pinned: false, active: data.best,
    outline: null, moved: null, newRows: [],
  });
  data.colorings.push(movement(data, state.first, state.second));
  state.on(["first", "second"], () => (data.colorings[data.colorings.length - 1] = movement(data, state.first, state.second)));
  const part = (name) => document.querySelector(`[data-part=${name}]`), status = part("status");
  const mapOf = (name) => data.maps.find((map) => map.name === name) ?? first;

  const act = {
    select: (terms) => state.set({ selection: select(data, indexes, terms, state.only) }),
    // An outline around nothing leaves the selection as it is.
    enclose(map, outline, more) {
      const term = lassoTerm(map, outline);
      if (select(data, indexes, [term], state.only).count) act.select(more ? [...state.selection.terms, term] : [term]);
      else status.textContent = "No row lies in the outline; the selection has not changed.";
    },
    pin(row) {
      state.set({ row, pinned: row >= 0 });
      if (row >= 0) panels.follow(data.maps.indexOf(mapOf(state.active)), row);
    },
    // Which maps are shown; the first of some becomes the one that controls act on.
    show(values) {
      state.set(values);
      if (state.view !== "all") state.set({ active: state.first });
    },
    // Only rows that lose most of their neighbors on a map; all rows again where it is null.
    onlyMisplaced(map) {
      const only = map && Uint8Array.from({ length: data.shown }, (_, row) => valueOf(data, map.lost, row) > data.misplaced);
      const misplaced = map && { map, count: only.reduce((sum, shown) => sum + shown, 0) };
      state.set({ only, misplaced, selection: select(data, indexes, state.selection.terms, only) });
      if (state.row >= 0 && !panels.isShown(state.row)) act.pin(-1);
    },
    // The next worst row on the map that controls act on, of those that are shown and selected.
    step(by) {
      const { lost } = mapOf(state.active), { rows } = state.selection;
      const order = [...Array(data.shown).keys()].filter((row) => (!rows || rows[row]) && panels.isShown(row));
      order.sort((a, b) => valueOf(data, lost, b) - valueOf(data, lost, a));
      const at = order.indexOf(state.row);
      if (order.length) act.pin(order[at < 0 ? 0 : (at + by + order.length) % order.length]);
    },
  };

  act.decode = (map, position) => showDecoded(part("decoded"), data, map, position);

  const [points, overlay] = ["points", "overlay"].map((name) => make("canvas", { class: `layer ${name}`, "aria-hidden": "true" }));
  frame.append(points, overlay);
  const renderer = makeRenderer(points, data.shown * data.maps.length);
  const panels = new Panels(frame, data, indexes, state, act);
  listenToToolbar(document.querySelector(".toolbar"), document.querySelector(".legend"), data, state, panels, act);

  let order = paintOrder(data.shown), shown = [];
  const alpha = Math.min(0.85, Math.max(0.55, 1.55 - 0.22 * Math.log10(data.shown)));

  function paint(scale = Math.min(2, devicePixelRatio || 1)) {
    const size = frame.getBoundingClientRect();
    scale = Math.min(scale, LARGEST / Math.max(size.width, size.height));
    shown = panels.visible(scale);
    const { width, height } = frame.getBoundingClientRect();
    for (const canvas of [points, overlay]) {
      const size = [Math.round(width * scale), Math.round(height * scale)];
      if (canvas.width !== size[0]) canvas.width = size[0];
      if (canvas.height !== size[1]) canvas.height = size[1];
    }
    const coloring = data.colorings.find(({ key }) => key === state.color);
    for (const panel of shown) {
      const side = panel.side / scale;
      const size = Math.min(6, Math.max(1.3, 160 / Math.sqrt(data.shown))) * Math.sqrt(side / 317) * panel.camera.zoom ** 0.35;
      panel.size = Math.min(16, size) * scale;
      panel.colors = rowColors(data, coloring, panel.map);
    }
    renderer.paint(shown, order, { alpha, faded: 0.25, veil: rgb(cssColor("veil")) });
    drawMarks();
    frame.dataset.selected = state.selection.count;
  }
  const drawMarks = () => drawOverlay(overlay, shown, data, state);

  state.on(["selection", "only"], () => (order = paintOrder(data.shown, state.selection.rows, state.only)));
  state.on(["color", "view", "first", "second", "share", "moved", "selection", "only"], () => paint());
  state.on(["row", "outline", "newRows"], drawMarks);
  state.on(["row", "pinned", "active"], () => showRow(part("row"), data, state));
  // After the maps, which respond first: in the next frame.
  state.on(["selection"], () => requestAnimationFrame(() => setTimeout(() => {
    const focused = part("selection").contains(document.activeElement);
    showSelection(part("selection"), status, data, state, act);
    if (focused) panels.boxes[data.maps.indexOf(mapOf(state.active))].focus({ preventScroll: true }); // its button is gone
  })));
  let writing;
  state.on(["color", "view", "first", "second", "share", "misplaced", "selection"], () => {
    clearTimeout(writing);
    writing = setTimeout(() => history.replaceState(null, "", toLink(state)), PAUSE);
  });
  state.on(["tool"], () => (frame.dataset.tool = state.tool));

  const follow = () => {
    const { select: terms, share, only, ...rest } = fromLink(location.hash);
    const allowed = { color: data.colorings.map(({ key }) => key), view: ["all", "one", "two", "morph"],
                    first: data.maps.map(({ name }) => name), second: data.maps.map(({ name }) => name) };
    act.show(Object.fromEntries(Object.entries(rest).filter(([key, value]) => allowed[key]?.includes(value))));
    if (share >= 0) state.set({ share: Math.min(share, panels.path.length - 1) });
    if (allowed.first.includes(only)) act.onlyMisplaced(mapOf(only));
    if (terms) act.select(terms.split(" "));
  };
  addEventListener("hashchange", follow);
  new ResizeObserver(() => paint()).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.set({ moved: {} }));

  for (const element of document.querySelectorAll("[data-live]")) element.hidden = false;
  document.body.classList.add("live");
  panels.boxes.forEach((box, map) => {
    const { title } = data.maps[map];
    Object.entries({ tabindex: "0", role: "application", "aria-label": `${title}, ${data.shown} rows`, "aria-describedby": "keys" })
      .forEach((entry) => box.setAttribute(...entry));
  });
  for (const figure of document.querySelectorAll("figure")) {
    const map = figure.dataset.map;
    savable(figure, map && ((use) => {
      paint(SCALE);
      const panel = shown.find(({ box }) => figure.contains(box));
      use(points, overlay, panel, legendItems(data, state, [panel.map]), shownNotes(data, state, panel));
      paint();
    }));
    if (map) figure.querySelector("figcaption").append(" ", make("button", { type: "button", class: "save", onclick: () => positions(data, map) }, "CSV"));
  }
  listenToNewRows(part("new-rows"), data, state);
  follow();
  state.start();
  announce(status, data, state);
  // For tests and benchmarks: what paints, and how long it took from the page's start to the first painting.
  frame.dataset.renderer = renderer.name;
  frame.dataset.painted = Math.round(performance.now());
  frame.dataset.took = Math.round(performance.now() - began);
}

function restorePrintedMaps() {
  document.body.classList.remove("live");
  for (const element of document.querySelectorAll("[data-live]")) element.hidden = true;
}

function positions(data, name) {
  const map = data.maps.findIndex((each) => each.name === name), positions = data.arrays[`map ${map}`], { origin, step } = data.maps[map];
  const real = (row, axis) => origin[axis] + (positions[2 * row + axis] / 65535) * step[axis];
  const rows = data.ids.map((id, row) => csv([id, real(row, 0).toPrecision(5), real(row, 1).toPrecision(5)]));
  download(`${name}.csv`, [csv(["id", "x", "y"]), ...rows].join("\n") + "\n", "text/csv");
}

for (const table of document.querySelectorAll("table")) {
  sortable(table);
  downloadable(table);
}
const frame = document.querySelector(".maps");
if (frame && document.getElementById("explorer-data")) {
  try {
    await explore(frame);
  } catch (error) {
    restorePrintedMaps();
    throw error;
  }
}
