// The controls above the maps, and the classes' names as buttons.

import { fill, make } from "./dom.js";
import { showLegend } from "./color_legend.js";
import { searchTerm } from "./selection.js";

export function listenToToolbar(root, legend, data, state, panels, act) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const options = (entries) => entries.map(([value, title]) => make("option", { value }, title));
  const mapOptions = () => options(data.maps.map(({ name, title }) => [name, title]));

  const colorings = (each) => data.colorings.filter(({ scales }) => Boolean(scales) === each).map(({ key, title }) => [key, title]);
  fill(part("color"), make("optgroup", { label: "Of a row" }, ...options(colorings(false))),
    make("optgroup", { label: "On each map" }, ...options(colorings(true))));
  fill(part("first"), ...mapOptions());
  fill(part("second"), ...mapOptions());

  part("color").addEventListener("change", (event) => state.set({ color: event.target.value }));
  for (const name of ["view", "first", "second"]) {
    part(name).addEventListener("change", (event) => act.show({ [name]: event.target.value, share: 0 }));
  }
  part("share").addEventListener("input", (event) => state.set({ share: Number(event.target.value) }));
  part("linked").addEventListener("change", (event) => state.set({ linked: event.target.checked }));
  root.querySelectorAll("[name=tool]").forEach((radio) => radio.addEventListener("change", () => state.set({ tool: radio.value })));
  part("search").addEventListener("keydown", ({ key, isComposing }) => {
    const words = part("search").value.trim();
    if (key === "Enter" && !isComposing) act.select(words ? [searchTerm(data, words)] : []);
  });
  part("only").addEventListener("click", () => act.onlyMisplaced(state.misplaced ? null : data.maps[active()]));
  part("worse").addEventListener("click", () => act.step(1));
  part("better").addEventListener("click", () => act.step(-1));
  const active = () => Math.max(0, data.maps.findIndex(({ name }) => name === state.active));
  part("in").addEventListener("click", () => panels.zoom(active(), 1.5));
  part("out").addEventListener("click", () => panels.zoom(active(), 1 / 1.5));
  part("whole").addEventListener("click", () => panels.reset());

  state.on(["color", "view", "first", "second", "share", "tool", "linked", "misplaced", "active", "moved"], () => {
    const { misplaced } = state, path = panels.path, morphing = state.view === "morph";
    part("share").max = path.length - 1;
    part("share").step = 0.01;
    part("share").setAttribute("aria-valuetext", panels.way.text);
    for (const name of ["color", "view", "first", "second", "share"]) part(name).value = state[name];
    const moved = state.color === "moved"; // from the first map to the second
    part("first-label").hidden = state.view === "all" && !moved;
    part("second-label").hidden = !["two", "morph"].includes(state.view) && !moved;
    part("share-label").hidden = !morphing;
    if (morphing) part("morphed").textContent = panels.title;
    part("linked").checked = state.linked;
    part("active").textContent = data.maps[active()].title;
    part("only").setAttribute("aria-pressed", Boolean(misplaced));
    part("misplaced").textContent = misplaced ? `${misplaced.count.toLocaleString("en")} of ${data.shown.toLocaleString("en")} rows, on ${misplaced.map.title}` : "";
    for (const radio of root.querySelectorAll("[name=tool]")) radio.checked = radio.value === state.tool;
    showLegend(part("legend"), data, state);
    if (legend) legend.dataset.colors = state.color === "label";
  });

  classButtons(legend, data, state, act);
}

function classButtons(legend, data, state, act) {
  if (!legend) return;
  const buttons = [...legend.children].map((item, index) => {
    const term = `class~${index}`;
    const button = make("button", { type: "button", "aria-pressed": "false", onclick: (event) => {
      const { terms } = state.selection, selected = terms.includes(term);
      const others = event.shiftKey || selected ? terms.filter((other) => other !== term) : [];
      act.select(selected ? others : [...others, term]);
    } }, ...item.childNodes);
    item.replaceChildren(button);
    return [button, term];
  });
  state.on(["selection"], () => {
    for (const [button, term] of buttons) button.setAttribute("aria-pressed", state.selection.terms.includes(term));
  });
}
