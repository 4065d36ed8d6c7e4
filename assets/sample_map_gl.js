/* Draws the points of one sample map with WebGL2, and knows nothing else.

   A point is 12 bytes on the card: place, tone (its color's place in a palette) and size; a new palette, as
   when the page turns dark, moves 4 kB. Which points are drawn, and in which order, is an index list:
   hidden ones are simply not in it, and the selected ones stand at its end. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const TONES = 1024; // width of the palette
  const MISSING = TONES - 1; // the tone of a point without a value

  // A dot's AREA grows with its value, from a quarter of a plain dot to five times it.
  const AREA = [0.25, 5];
  const FAINTEST = 1.1; // pixels; a smaller dot is hardly seen
  const sized = (radius, share) => Math.max(FAINTEST, radius * Math.sqrt(AREA[0] + (AREA[1] - AREA[0]) * share));

  const VERTEX = `#version 300 es
    precision highp float;
    layout(location = 0) in vec2 here;
    layout(location = 1) in vec2 before;
    layout(location = 2) in float tone;
    layout(location = 3) in float size;
    uniform vec3 viewHere;    // center x, center y, pixels per unit
    uniform vec3 viewBefore;
    uniform vec2 halfStage;   // pixels
    uniform float moved;      // 0 = still before, 1 = here
    uniform float radius;
    uniform float sized;
    uniform float rim;
    uniform float pixelRatio;
    uniform highp sampler2D palette;
    out vec3 color;
    out float r;
    void main() {
      vec2 a = (before - viewBefore.xy) * viewBefore.z;
      vec2 b = (here - viewHere.xy) * viewHere.z;
      gl_Position = vec4(mix(a, b, moved) / halfStage, 0.0, 1.0);
      float grown = max(float(${FAINTEST}), radius * sqrt(mix(float(${AREA[0]}), float(${AREA[1]}), size)));
      r = mix(radius, grown, sized);
      gl_PointSize = 2.0 * (r + rim) * pixelRatio;
      color = texelFetch(palette, ivec2(int(tone + 0.5), 0), 0).rgb;
    }`;

  const FRAGMENT = `#version 300 es
    precision highp float;
    in vec3 color;
    in float r;
    uniform float rim;
    uniform float rimAlpha;
    uniform float strength;   // 1 = full color, 0 = the page's
    uniform float pixelRatio;
    uniform vec3 page;
    uniform vec3 rimColor;
    out vec4 ink;
    void main() {
      float d = length(gl_PointCoord - 0.5) * 2.0 * (r + rim);
      float soft = 0.5 / pixelRatio;
      float core = 1.0 - smoothstep(r - soft, r + soft, d);
      float whole = (1.0 - smoothstep(r + rim - 2.0 * soft, r + rim, d)) * rimAlpha;
      float alpha = max(core, whole);
      if (alpha <= 0.004) discard;
      ink = vec4(mix(rimColor, mix(page, color, strength), core) * alpha, alpha);
    }`;

  class Painter {
    /* Throws when the browser has no WebGL2. */
    constructor(canvas) {
      this.gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
      if (!this.gl) throw new Error("no WebGL2");
      this.kept = {}; // what to upload again when the card forgot everything
      this.build();
    }

    build() {
      const gl = this.gl;
      this.program = gl.createProgram();
      for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
        const shader = gl.createShader(kind);
        gl.shaderSource(shader, source);
        gl.compileShader(shader);
        gl.attachShader(this.program, shader);
      }
      gl.linkProgram(this.program);
      this.at = null;
      this.buffers = { here: gl.createBuffer(), before: gl.createBuffer(), look: gl.createBuffer(), order: gl.createBuffer() };
      this.texture = gl.createTexture();
      const { here, before, look, order, palette } = this.kept;
      if (here) this.places(here, before);
      if (look) this.looks(look);
      if (order) this.sequence(order, this.rest);
      if (palette) this.colors(palette);
    }

    /* Asked for only before the first frame: to ask is to wait for the compiler. */
    locate() {
      const gl = this.gl;
      if (!gl.getProgramParameter(this.program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(this.program));
      const names = ["viewHere", "viewBefore", "halfStage", "moved", "radius", "sized", "rim", "rimAlpha",
        "rimColor", "strength", "page", "pixelRatio", "palette"];
      this.at = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(this.program, name)]));
    }

    /* here, before: Float32Array (n, 2); before null = nothing moves. */
    places(here, before) {
      const gl = this.gl;
      this.kept.here = here;
      this.kept.before = before;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.here);
      gl.bufferData(gl.ARRAY_BUFFER, here, gl.STATIC_DRAW);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.before);
      gl.bufferData(gl.ARRAY_BUFFER, before || new Float32Array(0), gl.STATIC_DRAW);
    }

    /* look: 4 bytes a point: tone as uint16 little endian, size 0..255, unused. */
    looks(look) {
      const gl = this.gl;
      this.kept.look = look;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.look);
      gl.bufferData(gl.ARRAY_BUFFER, look, gl.STATIC_DRAW);
    }

    /* order: Uint32Array of the points to draw; the first `rest` of them are not selected. */
    sequence(order, rest) {
      const gl = this.gl;
      this.kept.order = order;
      this.rest = rest;
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
    }

    /* palette: RGBA bytes of every tone. */
    colors(palette) {
      const gl = this.gl;
      this.kept.palette = palette;
      gl.bindTexture(gl.TEXTURE_2D, this.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, TONES, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    }

    /* frame: {width, height, pixelRatio, here: [x, y, scale], before, moved, radius, sized, page, text} with colors as
       [r, g, b] in 0..1. */
    draw(frame) {
      if (!this.at) this.locate();
      const gl = this.gl, at = this.at, { here, order } = this.kept;
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.clearColor(...frame.page, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (!here || !order || !order.length) return;
      gl.useProgram(this.program);
      this.attribute(0, this.buffers.here, 2, gl.FLOAT, false, 8, 0);
      this.attribute(1, frame.before ? this.buffers.before : this.buffers.here, 2, gl.FLOAT, false, 8, 0);
      this.attribute(2, this.buffers.look, 1, gl.UNSIGNED_SHORT, false, 4, 0);
      this.attribute(3, this.buffers.look, 1, gl.UNSIGNED_BYTE, true, 4, 2);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
      gl.bindTexture(gl.TEXTURE_2D, this.texture);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.uniform3f(at.viewHere, ...frame.here);
      gl.uniform3f(at.viewBefore, ...(frame.before || frame.here));
      gl.uniform1f(at.moved, frame.before ? frame.moved : 1);
      gl.uniform2f(at.halfStage, frame.width / 2, frame.height / 2);
      gl.uniform1f(at.pixelRatio, frame.pixelRatio);
      gl.uniform1f(at.sized, frame.sized ? 1 : 0);
      gl.uniform3f(at.page, ...frame.page);
      gl.uniform1i(at.palette, 0);
      const chosen = order.length - this.rest;
      const few = chosen <= 3000; // the outlines of more would be all that is seen
      const outline = Math.max(0.8, Math.min(1.5, 0.45 * frame.radius));
      this.pass(0, this.rest, { radius: frame.radius, rim: 0.7, rimAlpha: 0.55, rimColor: frame.page, strength: chosen ? 0.2 : 1 });
      this.pass(this.rest, chosen, {
        radius: frame.radius * (few ? 1.25 : 1.1),
        rim: few ? outline : 0.7,
        rimAlpha: few ? 0.9 : 0.55,
        rimColor: few ? frame.text : frame.page,
        strength: 1,
      });
    }

    pass(first, count, { radius, rim, rimAlpha, rimColor, strength }) {
      if (!count) return;
      const gl = this.gl, at = this.at;
      gl.uniform1f(at.radius, radius);
      gl.uniform1f(at.rim, rim);
      gl.uniform1f(at.rimAlpha, rimAlpha);
      gl.uniform3f(at.rimColor, ...rimColor);
      gl.uniform1f(at.strength, strength);
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, first * 4);
    }

    attribute(location, buffer, size, type, normalized, stride, offset) {
      const gl = this.gl;
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, type, normalized, stride, offset);
    }

    /* Browsers allow about 16 contexts a page, and count those of canvases long gone: give this one back. */
    destroy() {
      const extension = this.gl.getExtension("WEBGL_lose_context");
      if (extension) extension.loseContext();
      this.kept = {};
    }
  }

  Object.assign(parts, { Painter, TONES, MISSING, sized });
})();
