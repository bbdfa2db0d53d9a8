// A figure as a picture to keep: with its heading, its verdict and its caveat below, since pictures travel without their page.

import { named } from "./colors.js";
import { keep, make } from "./dom.js";

export const SCALE = 2;
const LINE = 19, EDGE = 12; // CSS pixels

// live: of a figure that is a map on the screen, what calls a function with its canvases and panel, painted at SCALE.
export function savable(figure, live) {
  const caption = figure.querySelector("figcaption"), pictures = [...figure.querySelectorAll("img")];
  if (!caption || !pictures.length) return;
  const save = (canvas) => canvas.toBlob((blob) => keep(`${nameOf(figure)}.png`, blob), "image/png");
  const button = make("button", { type: "button", class: "save", onclick: () => {
    if (live) live((points, marks, panel) => save(composed(figure, panel.side / SCALE, panel.side / SCALE, (context, top, side) => {
      for (const layer of [points, marks]) context.drawImage(layer, panel.left, panel.top, panel.side, panel.side, 0, top, side, side);
    })));
    else {
      const picture = pictures.find((each) => each.offsetWidth); // on light paper, or on dark
      const side = Math.max(480, picture.width), height = (side * picture.height) / picture.width;
      save(composed(figure, side, height, (context, top) => context.drawImage(picture, 0, top, side, height)));
    }
  } }, "Save picture");
  caption.append(" ", button);
}

const nameOf = (figure) => figure.dataset.map ?? (figure.querySelector("h2, h3")?.textContent ?? "figure").replace(/[^\p{L}\p{N}]+/gu, "-");

// The heading, what `draw` draws from a top on in so much width and height, and the words below.
function composed(figure, side, height, draw) {
  const heading = figure.querySelector("h2, h3")?.textContent ?? "";
  const caption = [...figure.querySelector("figcaption").childNodes].filter((node) => node.nodeName !== "BUTTON" && node.nodeName !== "A");
  const text = caption.map((node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("").trim();
  const canvas = make("canvas"), context = canvas.getContext("2d");
  const font = (weight) => `${weight} 13px system-ui, sans-serif`;
  context.font = font(400);
  const lines = `${text}\n${document.title}`.split("\n").flatMap((line) => wrapped(context, line, side - 2 * EDGE));
  canvas.width = SCALE * side;
  canvas.height = SCALE * (height + (lines.length + 1) * LINE + 3 * EDGE);
  context.scale(SCALE, SCALE);
  context.fillStyle = named("paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = named("ink");
  context.font = font(700);
  context.fillText(heading, EDGE, EDGE + 10);
  const top = EDGE + LINE;
  draw(context, top, side);
  context.font = font(400);
  lines.forEach((line, at) => context.fillText(line, EDGE, top + height + (at + 1) * LINE));
  return canvas;
}

function wrapped(context, text, width) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
