// The maps on the page: which of them are shown, how far each is zoomed, and what pointer and keys do on them.

import { clampedView, following, visibleCorners, whole, zoomed } from "./zoom.js";
import { listenToPointer } from "./pointer.js";
import { keyPressed } from "./keyboard.js";

const REACH = 14; // CSS pixels from a point within which the pointer means it

export class Panels {
  // act: { select(terms), enclose(map, outline, more), step(by), pin(row), decode(map, position) }
  constructor(frame, data, indexes, state, act) {
    Object.assign(this, { frame, data, indexes, state, act });
    this.boxes = data.maps.map(({ name }) => frame.querySelector(`[data-map="${CSS.escape(name)}"] .panel`));
    this.cameras = data.maps.map(whole);
    this.boxes.forEach((box, map) => this.listen(box, map));
  }

  // The maps that are morphed into each other, in order: a list in params.yaml is gone through value by value.
  get path() {
    const [first, second] = [this.state.first, this.state.second].map((name) => this.data.maps.findIndex((map) => map.name === name));
    const entry = this.data.maps[first].entry;
    if (first === second) return [first];
    if (this.data.maps[second].entry !== entry) return [first, second];
    const between = this.data.maps.flatMap((map, at) => (map.entry === entry ? [at] : []));
    const part = between.filter((at) => at >= Math.min(first, second) && at <= Math.max(first, second));
    return first < second ? part : part.reverse();
  }

  // What is painted where, in pixels of the canvas.
  visible(scale) {
    const { view, first, second, share } = this.state, path = this.path;
    const at = Math.min(Math.floor(share), path.length - 1);
    const shown = [...this.data.maps.keys()].filter((number) => {
      const { name } = this.data.maps[number];
      return view === "all" || name === first || (view === "two" && name === second);
    });
    this.boxes.forEach((box, number) => {
      const figure = box.closest("figure");
      figure.hidden = !shown.includes(number);
      figure.style.order = view === "two" && this.data.maps[number].name === second ? 1 : "";
      figure.querySelector("h2").textContent = view === "morph" ? this.title : this.data.maps[number].title;
    });
    this.frame.dataset.view = view;
    const frame = this.frame.getBoundingClientRect();
    return shown.map((number) => {
      const [own, next] = view === "morph" ? [path[at], path[at + 1] ?? path[at]] : [number, number];
      const box = this.boxes[number].getBoundingClientRect();
      return {
        box: this.boxes[number], map: this.data.maps[own], next: this.data.maps[next], scale,
        left: Math.round((box.left - frame.left) * scale), top: Math.round((box.top - frame.top) * scale),
        side: Math.round(box.width * scale), camera: this.cameras[number], share: view === "morph" ? share - at : 0,
        from: this.data.arrays[`map ${own}`], to: this.data.arrays[`map ${next}`],
      };
    });
  }

  // Where one map turns into another: the one, the other, and how far.
  get way() {
    const { share } = this.state, path = this.path, at = Math.max(0, Math.min(Math.floor(share), path.length - 2));
    const [from, to] = [path[at], path[at + 1] ?? path[at]].map((map) => this.data.maps[map].title), percent = Math.round(100 * (share - at));
    return { from, to, percent, text: `${percent}\u00a0% of the way from ${from} to ${to}` };
  }

  // The title of what is shown there.
  get title() {
    const { from, to, percent, text } = this.way;
    return { 0: from, 100: to }[percent] ?? text;
  }

  reset() {
    this.cameras.forEach((camera) => Object.assign(camera, whole()));
    this.touched();
  }

  touched() {
    this.boxes.forEach((box, map) => (box.dataset.zoomed = this.cameras[map].zoom > 1));
    this.state.set({ moved: {} });
  }

  move(map, change) {
    const next = clampedView(change(this.cameras[map]));
    for (const camera of this.state.linked ? this.cameras : [this.cameras[map]]) Object.assign(camera, next);
    this.touched();
  }

  zoom(map, factor, position = [this.cameras[map].x, this.cameras[map].y]) {
    this.move(map, (camera) => zoomed(camera, factor, position));
  }

  // To the position of a row, if it is not visible.
  follow(map, row) {
    const { x, y } = this.indexes[this.shown(map)];
    this.move(map, (camera) => following(camera, [x[row] / 65535, y[row] / 65535]));
  }

  // An outline of what is visible of a map.
  view(map) {
    return corners(...visibleCorners(this.cameras[map]));
  }

  // A pointer's position on the map, 0..1.
  position(map, event) {
    const box = this.boxes[map].getBoundingClientRect(), { x, y, zoom } = this.cameras[map];
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(
      (at, axis) => (at - 0.5) / zoom + (axis ? y : x));
  }

  // Which map a panel shows: between two, the nearer one.
  shown(map) {
    return this.state.view === "morph" ? this.path[Math.round(this.state.share)] : map;
  }

  // Half way from one map to another, rows lie where neither map has them.
  get between() {
    return this.state.view === "morph" && this.state.share % 1 !== 0;
  }

  rowAt(map, event) {
    if (this.between) return -1;
    const reach = REACH / this.boxes[map].clientWidth / this.cameras[map].zoom;
    return this.indexes[this.shown(map)].nearest(...this.position(map, event), reach, this.isShown);
  }

  // Rows that are hidden cannot be pointed at.
  isShown = (row) => !this.state.only || this.state.only[row] === 1;

  listen(box, map) {
    const activate = () => this.state.set({ active: this.data.maps[map].name });
    let start = null, positions = []; // of a drag: its camera, and its positions on the map
    listenToPointer(box, {
      point: (event) => !this.state.pinned && this.state.set({ row: this.rowAt(map, event) }),
      leave: () => !this.state.pinned && this.state.set({ row: -1 }),
      press: (event) => {
        activate();
        start = { event, camera: { ...this.cameras[map] } };
        positions = [this.position(map, event)];
      },
      drag: (event) => {
        if (this.state.tool === "pan") return this.pan(map, start, event);
        if (this.state.tool === "lasso") positions.push(this.position(map, event));
        else positions = corners(positions[0], this.position(map, event));
        this.state.set({ outline: { box, positions } });
      },
      click: (event) => this.click(map, event),
      finish: (event) => this.state.tool !== "pan" && this.selectOutline(map, positions, event.shiftKey),
      end: () => this.state.set({ outline: null }),
      pinch: (before, after) => this.pinch(map, before, after),
    });
    box.addEventListener("dblclick", (event) => this.zoom(map, 2, this.position(map, event)));
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      this.zoom(map, Math.exp(-event.deltaY / 300), this.position(map, event));
    }, { passive: false });
    box.addEventListener("keydown", (event) => keyPressed(event, this, map));
    box.addEventListener("focus", activate);
  }

  // A row is pinned; an empty position is decoded, where the map allows it.
  click(map, event) {
    if (this.between) return;
    const row = this.rowAt(map, event);
    this.act.pin(row);
    this.act.decode(row < 0 ? this.shown(map) : -1, this.position(map, event));
  }

  pan(map, { event: start, camera: { x, y, zoom } }, event) {
    const side = this.boxes[map].clientWidth * zoom;
    this.move(map, () => ({ zoom, x: x - (event.clientX - start.clientX) / side, y: y - (event.clientY - start.clientY) / side }));
  }

  // What is between two fingers stays between them.
  pinch(map, before, after) {
    this.zoom(map, after.distance / before.distance, this.position(map, before));
    this.pan(map, { event: before, camera: this.cameras[map] }, after);
  }

  selectOutline(map, positions, more) {
    if (!this.between) this.act.enclose(this.data.maps[this.shown(map)].name, positions, more);
  }
}

// Of a rectangle.
function corners([left, top], [right, bottom]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}
