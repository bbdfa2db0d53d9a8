// The maps on the page: which of them are shown, how far each is zoomed, and what pointer and keys do on them.

import { following, held, seen, whole, zoomed } from "./zoom.js";
import { gestures } from "./pointer.js";
import { pressed } from "./keyboard.js";

const REACH = 14; // CSS pixels from a point within which the pointer means it

export class Panels {
  // act: { choose(terms), enclose(map, outline, more), step(by), pin(row), decode(map, spot) }
  constructor(frame, data, places, state, act) {
    Object.assign(this, { frame, data, places, state, act });
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
    return { from, to, percent, said: `${percent}\u00a0% of the way from ${from} to ${to}` };
  }

  // What is seen there.
  get title() {
    const { from, to, percent, said } = this.way;
    return { 0: from, 100: to }[percent] ?? said;
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
    const next = held(change(this.cameras[map]));
    for (const camera of this.state.linked ? this.cameras : [this.cameras[map]]) Object.assign(camera, next);
    this.touched();
  }

  zoom(map, factor, spot = [this.cameras[map].x, this.cameras[map].y]) {
    this.move(map, (camera) => zoomed(camera, factor, spot));
  }

  // To where a row lies, if it is not seen.
  follow(map, row) {
    const { x, y } = this.places[this.shown(map)];
    this.move(map, (camera) => following(camera, [x[row] / 65535, y[row] / 65535]));
  }

  // An outline of what is seen of a map.
  view(map) {
    return corners(...seen(this.cameras[map]));
  }

  // A pointer's spot on the map, 0..1.
  spot(map, event) {
    const box = this.boxes[map].getBoundingClientRect(), { x, y, zoom } = this.cameras[map];
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(
      (at, axis) => (at - 0.5) / zoom + (axis ? y : x));
  }

  // Which map a panel shows: in between two, the nearer one.
  shown(map) {
    return this.state.view === "morph" ? this.path[Math.round(this.state.share)] : map;
  }

  // Half way from one map to another, rows lie where no map has them.
  get between() {
    return this.state.view === "morph" && this.state.share % 1 !== 0;
  }

  rowAt(map, event) {
    if (this.between) return -1;
    const reach = REACH / this.boxes[map].clientWidth / this.cameras[map].zoom;
    return this.places[this.shown(map)].nearest(...this.spot(map, event), reach, this.among);
  }

  // Rows that are hidden cannot be pointed at.
  among = (row) => !this.state.only || this.state.only[row] === 1;

  listen(box, map) {
    const look = () => this.state.set({ active: this.data.maps[map].name });
    let start = null, spots = []; // of a drag: its camera, and where it has been on the map
    gestures(box, {
      point: (event) => !this.state.pinned && this.state.set({ row: this.rowAt(map, event) }),
      leave: () => !this.state.pinned && this.state.set({ row: -1 }),
      press: (event) => {
        look();
        start = { event, camera: { ...this.cameras[map] } };
        spots = [this.spot(map, event)];
      },
      drag: (event) => {
        if (this.state.tool === "pan") return this.pan(map, start, event);
        if (this.state.tool === "lasso") spots.push(this.spot(map, event));
        else spots = corners(spots[0], this.spot(map, event));
        this.state.set({ outline: { box, spots } });
      },
      click: (event) => this.click(map, event),
      finish: (event) => this.state.tool !== "pan" && this.choose(map, spots, event.shiftKey),
      end: () => this.state.set({ outline: null }),
      pinch: (before, after) => this.pinch(map, before, after),
    });
    box.addEventListener("dblclick", (event) => this.zoom(map, 2, this.spot(map, event)));
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      this.zoom(map, Math.exp(-event.deltaY / 300), this.spot(map, event));
    }, { passive: false });
    box.addEventListener("keydown", (event) => pressed(event, this, map));
    box.addEventListener("focus", look);
  }

  // A row is kept in view; an empty spot of a map that can be decoded is.
  click(map, event) {
    if (this.between) return;
    const row = this.rowAt(map, event);
    this.act.pin(row);
    this.act.decode(row < 0 ? this.shown(map) : -1, this.spot(map, event));
  }

  pan(map, { event: start, camera: { x, y, zoom } }, event) {
    const side = this.boxes[map].clientWidth * zoom;
    this.move(map, () => ({ zoom, x: x - (event.clientX - start.clientX) / side, y: y - (event.clientY - start.clientY) / side }));
  }

  // What lay between two fingers stays between them.
  pinch(map, before, after) {
    this.zoom(map, after.apart / before.apart, this.spot(map, before));
    this.pan(map, { event: before, camera: this.cameras[map] }, after);
  }

  choose(map, spots, more) {
    if (!this.between) this.act.enclose(this.data.maps[this.shown(map)].name, spots, more);
  }
}

// Of a rectangle.
function corners([left, top], [right, bottom]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}
