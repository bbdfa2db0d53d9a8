// What is drawn over the points: class names, the current row and lines to its true neighbors, new rows, an outline.

import { placeLabels } from "./label_placement.js";
import { dark, cssColor } from "./colors.js";
import { neighborsOf } from "./data.js";

const HALO = 3;

export function drawOverlay(canvas, panels, data, state) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const panel of panels) {
    context.save();
    context.beginPath();
    context.rect(panel.left, panel.top, panel.side, panel.side);
    context.clip();
    if (state.row >= 0) neighbors(context, panel, data, state.row, state.only);
    names(context, panel, data);
    if (state.row >= 0) ring(context, panel, state.row);
    if (panel.share === 0) for (const { positions } of state.newRows) if (positions[panel.map.name]) diamond(context, panel, positions[panel.map.name], state.newRows.length);
    if (state.outline?.box === panel.box) outline(context, panel, state.outline.positions);
    context.restore();
  }
}

// The position of a row on the canvas.
export function positionOf(panel, row) {
  return [0, 1].map((axis) => {
    const at = (panel.from[2 * row + axis] * (1 - panel.share) + panel.to[2 * row + axis] * panel.share) / 65535;
    return onCanvas(panel, at, axis);
  });
}

const onCanvas = (panel, at, axis) =>
  ((at - panel.camera[axis ? "y" : "x"]) * panel.camera.zoom + 0.5) * panel.side + (axis ? panel.top : panel.left);

// Lines to those that are shown.
function neighbors(context, panel, data, row, only) {
  const [x, y] = positionOf(panel, row);
  context.lineWidth = 1.5 * panel.scale;
  context.strokeStyle = context.fillStyle = cssColor("ink");
  for (const other of neighborsOf(data, row)) {
    if (only && !only[other]) continue;
    const [toX, toY] = positionOf(panel, other);
    context.globalAlpha = 0.6;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(toX, toY);
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(toX, toY, 2.5 * panel.scale, 0, 7);
    context.fill();
  }
}

function ring(context, panel, row) {
  const [x, y] = positionOf(panel, row);
  for (const [color, width] of [[cssColor("paper"), 5], [cssColor("ink"), 2.5]]) {
    context.strokeStyle = color;
    context.lineWidth = width * panel.scale;
    context.beginPath();
    context.arc(x, y, 6 * panel.scale, 0, 7);
    context.stroke();
  }
}

// A new row; smaller the more there are, so that the map below stays visible.
function diamond(context, panel, position, count) {
  const [x, y] = position.map((at, axis) => onCanvas(panel, at, axis)), reach = Math.max(2.5, 7 / count ** 0.2) * panel.scale;
  context.beginPath();
  for (const [i, j] of [[0, -reach], [reach, 0], [0, reach], [-reach, 0]]) context.lineTo(x + i, y + j);
  context.closePath();
  context.fillStyle = cssColor("accent");
  context.strokeStyle = cssColor("paper");
  context.lineWidth = reach / 4;
  context.stroke();
  context.fill();
}

// Each class at the median of its rows, or near it with a line, as on the printed maps.
function names(context, panel, data) {
  const { map, next, share, scale, side } = panel;
  const high = Math.min(16, Math.max(11, side / scale / 22)) * scale;
  context.font = `700 ${Math.round(high)}px system-ui, sans-serif`;
  const labels = data.classes.flatMap(({ name, gray }, index) => {
    if (gray || !map.medians[index]) return [];
    const position = [0, 1].map((axis) =>
      onCanvas(panel, map.medians[index][axis] * (1 - share) + next.medians[index][axis] * share, axis) - (axis ? panel.top : panel.left));
    const text = name.length > 14 ? `${name.slice(0, 13)}…` : name;
    return position.every((at) => at >= 0 && at <= side) ? [{ text, position, size: [context.measureText(text).width + HALO * scale, 1.25 * high] }] : [];
  });
  const centers = placeLabels(labels.map(({ position }) => position), labels.map(({ size }) => size), [side, side]);
  const shown = labels.map((label, at) => ({ ...label, center: centers[at] })).filter(({ center }) => center);
  context.save();
  context.translate(panel.left, panel.top);
  for (const { position, size, center } of shown) leader(context, scale, position, position.map((at, axis) => Math.min(Math.max(at, center[axis] - size[axis] / 2), center[axis] + size[axis] / 2)));
  context.lineWidth = HALO * scale;
  context.strokeStyle = cssColor("paper");
  context.fillStyle = cssColor("ink");
  for (const { text, center } of shown) {
    context.strokeText(text, ...center);
    context.fillText(text, ...center);
  }
  context.restore();
}

// A line from the position of a label, a dot, to the label; nothing where these are the same.
function leader(context, scale, from, to) {
  if (from[0] === to[0] && from[1] === to[1]) return;
  for (const [color, width] of [[cssColor("paper"), 3], [cssColor("ink"), 1]]) {
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = width * scale;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.beginPath();
    context.arc(...from, (1 + width / 2) * scale, 0, 7);
    context.fill();
  }
}

function outline(context, panel, positions) {
  context.beginPath();
  for (const [x, y] of positions) context.lineTo(onCanvas(panel, x, 0), onCanvas(panel, y, 1));
  context.closePath();
  context.fillStyle = dark() ? "#ffffff22" : "#00000018";
  context.fill();
  context.strokeStyle = cssColor("accent");
  context.lineWidth = 2 * panel.scale;
  context.setLineDash([6 * panel.scale, 4 * panel.scale]);
  context.stroke();
}
