// All panels on one canvas: with WebGL2 where there is one, else pixel by pixel. Both paint the same: rows that are not selected
// first, in gray, then the selected ones in their colors; in a random order, so that no class always lies on top.

const VERTEX = `#version 300 es
in vec2 from; in vec2 to; in vec4 shade;
uniform float share, zoom, size; uniform vec2 center; uniform vec4 veil;
out vec4 color;
void main() {
  vec2 spot = (mix(from, to, share) - center) * zoom * 2.0;
  gl_Position = vec4(spot.x, -spot.y, 0, 1);
  gl_PointSize = size;
  color = veil.a > 0.0 ? veil : shade;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 color; uniform float alpha; out vec4 seen;
void main() {
  float edge = length(gl_PointCoord - 0.5);
  if (edge > 0.5) discard;
  float shown = alpha * (1.0 - smoothstep(0.4, 0.5, edge));
  seen = vec4(color.rgb * shown, shown);
}`;

const SLOW = 50_000; // points from which a processor paints faster by itself than by emulating a graphics card
const EMULATED = /swiftshader|llvmpipe|software|basic render/i;

export function makeRenderer(canvas, count) {
  const slow = count >= SLOW && EMULATED.test(cardName());
  const gl = slow ? null : canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true });
  return gl ? byGraphics(canvas, gl) : byPixel(canvas, canvas.getContext("2d"));
}

function cardName() {
  const gl = document.createElement("canvas").getContext("webgl2"), info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return name;
}

const shuffles = new Map();

function shuffled(count) {
  if (!shuffles.has(count)) {
    const rows = new Uint32Array(count).map((_, row) => row);
    let state = 12345;
    for (let i = count - 1; i > 0; i--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const j = Math.floor((state / 4294967296) * (i + 1));
      [rows[i], rows[j]] = [rows[j], rows[i]];
    }
    shuffles.set(count, rows);
  }
  return shuffles.get(count);
}

// Row numbers in the order of painting: rows that are not selected, `fading` in number, then the selected ones. Both arguments
// have a 1 for each such row, or are null for all rows; what is not shown is left out.
export function paintOrder(count, selected, shown) {
  const order = new Uint32Array(count);
  let before = 0, after = count;
  for (const row of shuffled(count)) {
    if (shown && !shown[row]) continue;
    order[!selected || selected[row] ? --after : before++] = row;
  }
  order.copyWithin(before, after);
  return { order: order.subarray(0, before + count - after), fading: before };
}

function byGraphics(canvas, gl) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniform = Object.fromEntries(
    ["share", "zoom", "size", "center", "veil", "alpha"].map((name) => [name, gl.getUniformLocation(program, name)]));
  const spot = { from: gl.getAttribLocation(program, "from"), to: gl.getAttribLocation(program, "to"),
                 shade: gl.getAttribLocation(program, "shade") };
  const buffers = new Map(); // array -> its buffer on the card
  const indices = gl.createBuffer();
  let sent = null;

  function bind(at, array, size, type) {
    if (!buffers.has(array)) {
      buffers.set(array, gl.createBuffer());
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers.get(array));
      gl.bufferData(gl.ARRAY_BUFFER, array, gl.STATIC_DRAW);
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers.get(array));
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, true, 0, 0);
  }

  return {
    name: "WebGL",
    paint(panels, order, look) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.disable(gl.SCISSOR_TEST);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.enable(gl.SCISSOR_TEST);
      if (sent !== order) {
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices);
        gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order.order, gl.DYNAMIC_DRAW);
        sent = order;
      }
      for (const panel of panels) {
        const { left, top, side } = panel, bottom = canvas.height - top - side;
        gl.viewport(left, bottom, side, side);
        gl.scissor(left, bottom, side, side);
        bind(spot.from, panel.from, 2, gl.UNSIGNED_SHORT);
        bind(spot.to, panel.to, 2, gl.UNSIGNED_SHORT);
        bind(spot.shade, panel.colors, 4, gl.UNSIGNED_BYTE);
        gl.uniform1f(uniform.share, panel.share);
        gl.uniform1f(uniform.zoom, panel.camera.zoom);
        gl.uniform2f(uniform.center, panel.camera.x, panel.camera.y);
        gl.uniform1f(uniform.size, panel.size);
        gl.uniform1f(uniform.alpha, look.faded);
        gl.uniform4f(uniform.veil, ...look.veil.map((part) => part / 255), 1);
        gl.drawElements(gl.POINTS, order.fading, gl.UNSIGNED_INT, 0);
        gl.uniform1f(uniform.alpha, look.alpha);
        gl.uniform4f(uniform.veil, 0, 0, 0, 0);
        gl.drawElements(gl.POINTS, order.order.length - order.fading, gl.UNSIGNED_INT, 4 * order.fading);
      }
    },
  };
}

function byPixel(canvas, context) {
  return {
    name: "Canvas 2D",
    paint(panels, order, look) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      for (const panel of panels) {
        const image = context.createImageData(panel.side, panel.side);
        stampAll(image.data, panel, order, look);
        context.putImageData(image, panel.left, panel.top);
      }
    },
  };
}

function stampAll(pixels, { side, from, to, share, camera, size, colors }, { order, fading }, look) {
  const stamp = stampOf(size), scale = (camera.zoom * side) / 65535;
  const left = (0.5 - camera.x * camera.zoom) * side, top = (0.5 - camera.y * camera.zoom) * side;
  for (let at = 0; at < order.length; at++) {
    const row = order[at], spot = 2 * row, faded = at < fading;
    const x = Math.floor((from[spot] + (to[spot] - from[spot]) * share) * scale + left);
    const y = Math.floor((from[spot + 1] + (to[spot + 1] - from[spot + 1]) * share) * scale + top);
    if (x < -8 || y < -8 || x > side + 8 || y > side + 8) continue;
    const alpha = faded ? look.faded : look.alpha, color = faded ? look.veil : colors, first = faded ? 0 : 4 * row;
    for (let dot = 0; dot < stamp.length; dot += 3) {
      const i = x + stamp[dot], j = y + stamp[dot + 1];
      if (i < 0 || j < 0 || i >= side || j >= side) continue;
      // The color over what is there, both with their alpha (Porter and Duff 1984).
      const pixel = 4 * (i + side * j), over = alpha * stamp[dot + 2], under = (pixels[pixel + 3] / 255) * (1 - over), sum = over + under;
      for (let part = 0; part < 3; part++) {
        pixels[pixel + part] = (color[first + part] * over + pixels[pixel + part] * under) / sum;
      }
      pixels[pixel + 3] = 255 * sum;
    }
  }
}

// A disc: for each pixel, its distance from the middle one, x and y, and how much of it is covered.
function stampOf(size) {
  const reach = Math.ceil(size / 2), stamp = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const covered = Math.min(1, Math.max(0, size / 2 + 0.5 - Math.hypot(x, y)));
      if (covered > 0.1) stamp.push(x, y, covered);
    }
  }
  return stamp;
}
