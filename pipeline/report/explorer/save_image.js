// A figure as a picture to download: with its heading, its verdict and its caveat below, since pictures leave their page.

import { cssColor } from "./colors.js";
import { download, make } from "./dom.js";

export const SCALE = 2;
const LINE = 19, EDGE = 12, DOT = 14, RAMP = 120; // CSS pixels: lines of text, margins, and marks of a legend

// live: for a map of the explorer, a function that calls another with its canvases and panel, painted at SCALE, its legend, and
// notes on what it shows.
export function savable(figure, live) {
  const caption = figure.querySelector("figcaption"), pictures = [...figure.querySelectorAll("img")];
  if (!caption || !pictures.length) return;
  const save = (canvas) => canvas.toBlob((blob) => download(`${nameOf(figure)}.png`, blob), "image/png");
  const button = make("button", { type: "button", class: "save", onclick: () => {
    if (live) live((points, overlay, panel, legend, notes) => save(composed(figure, panel.side / SCALE, panel.side / SCALE, (context, top, side) => {
      for (const layer of [points, overlay]) context.drawImage(layer, panel.left, panel.top, panel.side, panel.side, 0, top, side, side);
    }, legend, notes)));
    else {
      const picture = pictures.find((each) => each.offsetWidth); // the light one, or the dark one
      const side = Math.max(480, picture.width), height = (side * picture.height) / picture.width;
      save(composed(figure, side, height, (context, top) => context.drawImage(picture, 0, top, side, height)));
    }
  } }, "Save picture");
  caption.append(" ", button);
}

const nameOf = (figure) => figure.dataset.map ?? (figure.querySelector("h2, h3")?.textContent ?? "figure").replace(/[^\p{L}\p{N}]+/gu, "-");

// The heading, what `draw` draws below it in this width and height, the legend, and the text below.
function composed(figure, side, height, draw, legend = [], notes = []) {
  const heading = figure.querySelector("h2, h3")?.textContent ?? "";
  const caption = [...figure.querySelector("figcaption").childNodes].filter((node) => node.nodeName !== "BUTTON" && node.nodeName !== "A");
  const text = caption.map((node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("").trim();
  const canvas = make("canvas"), context = canvas.getContext("2d");
  const font = (weight) => `${weight} 13px system-ui, sans-serif`;
  context.font = font(400);
  const texts = [...notes, ...text.split("\n"), figure.dataset.caveat, document.title].filter(Boolean);
  const lines = texts.flatMap((line) => wrapped(context, line, side - 2 * EDGE)), keys = legendRows(context, legend, side - 2 * EDGE);
  canvas.width = SCALE * side;
  canvas.height = SCALE * (height + (keys.length + lines.length + 1) * LINE + 3 * EDGE);
  context.scale(SCALE, SCALE);
  context.fillStyle = cssColor("paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = cssColor("ink");
  context.font = font(700);
  context.fillText(heading, EDGE, EDGE + 10);
  const top = EDGE + LINE;
  draw(context, top, side);
  context.font = font(400);
  keys.forEach((line, at) => line.forEach((item) => drawItem(context, item, EDGE + item.left, top + height + (at + 1) * LINE)));
  lines.forEach((line, at) => context.fillText(line, EDGE, top + height + (keys.length + at + 1) * LINE));
  return canvas;
}

// Items of a legend in rows, each with its distance from the left.
function legendRows(context, items, width) {
  const lines = [];
  let left = Infinity;
  for (const { text, ...item } of items) {
    for (const line of text ? wrapped(context, text, width - DOT) : [""]) {
      const wide = item.ramp ? RAMP : (item.dot ? DOT : 0) + context.measureText(line).width;
      if (left + wide > width) {
        lines.push([]);
        left = 0;
      }
      lines.at(-1).push({ ...item, text: line, left });
      left += wide + EDGE;
    }
  }
  return lines;
}

function drawItem(context, { text, dot, ramp }, x, y) {
  if (ramp) {
    ramp.forEach((color, at) => {
      context.fillStyle = color;
      context.fillRect(x + (at * RAMP) / ramp.length, y - 9, RAMP / ramp.length + 0.5, 10);
    });
  } else if (dot) {
    context.fillStyle = dot;
    context.beginPath();
    context.arc(x + 5, y - 4.5, 5, 0, 7);
    context.fill();
  }
  context.fillStyle = cssColor("ink");
  context.fillText(text, x + (dot ? DOT : 0), y);
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
