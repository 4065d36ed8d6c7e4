/* Axes of a map whose places are two numbers: faint lines at round values, named below and at the left of the data, or
   at the edges of the stage where one looks closer. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const APART = [60, 44]; // pixels between two lines, across and up
  const EDGE = 5; // pixels from a line or the stage to a text
  const ZERO = -0.05; // where zeros stand on an axis of logarithms, in lengths of it
  const BEFORE = [0.13, 0.07], BEHIND = 0.05; // how far lines reach beyond the data, in lengths of an axis
  const BELOW = 0.1, ABOVE = 0.05; // room for texts, in lengths of the axis that goes up
  const SIZE = 11, ROW = 15; // pixels: a text, and from one to the next

  /* The part of the data that zoom 1 shows: both axes whole, with room for what is written around them. */
  function roomFor([across, up]) {
    const left = -BEFORE[0] * across.end, right = (1 + BEHIND) * across.end;
    const bottom = -(BEFORE[1] + BELOW) * up.end, top = (1 + BEHIND + ABOVE) * up.end;
    return { left, right, bottom, top, width: right - left, height: top - bottom };
  }

  /* Where lines are, in pixels: around the data, but always with room for the texts inside the stage. */
  function frame([across, up], camera) {
    const [left, bottom] = camera.toScreen(-BEFORE[0] * across.end, -BEFORE[1] * up.end);
    const [right, top] = camera.toScreen((1 + BEHIND) * across.end, (1 + BEHIND) * up.end);
    return {
      left: Math.max(EDGE, left), right: Math.min(camera.width - EDGE, right),
      top: Math.max(ROW + EDGE, top), bottom: Math.min(camera.height - 2 * ROW - EDGE, bottom),
    };
  }

  const written = (number) => innerview.format(Number(number.toPrecision(12))).replace(".0e", "e");

  const scale = (axis) => (axis.log ? Math.log10 : (value) => value);

  function place(axis, value) {
    const step = scale(axis), low = step(axis.low), high = step(axis.high);
    return high > low ? (axis.end * (step(value) - low)) / (high - low) : axis.end / 2;
  }

  function value(axis, at) {
    const step = scale(axis), low = step(axis.low), high = step(axis.high);
    const found = low + (Math.min(Math.max(at / axis.end, 0), 1)) * (high - low);
    return axis.log ? 10 ** found : found;
  }

  /* 1, 2 or 5 times a power of ten, not below `least`. */
  function round(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return power * ([1, 2, 5].find((factor) => factor * power >= least * 0.999) || 10);
  }

  /* Values that get a line between two places, at most so many. -> [[place, text], ...] */
  function ticks(axis, from, to, most) {
    const zeros = axis.zeros ? [[ZERO * axis.end, "0"]] : [];
    const low = value(axis, from), high = value(axis, to);
    if (!(high > low)) return axis.high > axis.low ? zeros : [[axis.end / 2, written(axis.low)]];
    const found = [];
    if (axis.log && high / low > 30) {
      const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
      const every = Math.max(1, Math.ceil((last - first) / most));
      for (let power = first; power <= last; power += every) found.push(10 ** power);
    } else {
      const step = round((high - low) / most);
      for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
    }
    return [...zeros, ...found.map((one) => [place(axis, one), written(one)])];
  }

  /* What is drawn, in pixels: lines [x1, y1, x2, y2] and texts {text, x, y, align, strong}. */
  function axesOf(scene) {
    const { axes } = scene;
    if (!axes || !scene.grid) return { lines: [], texts: [] };
    const { camera } = scene, box = frame(axes, camera);
    const lines = [], texts = [];
    if (box.right < box.left || box.bottom < box.top) return { lines, texts }; // somebody looks past the data
    const [left, bottom] = camera.toData(box.left, box.bottom), [right, top] = camera.toData(box.right, box.top);
    const [across, up] = axes;
    for (const [at, text] of ticks(across, left, right, Math.max(1, (box.right - box.left) / APART[0]))) {
      const [x] = camera.toScreen(at, 0);
      if (x < box.left || x > box.right) continue;
      lines.push([x, box.top, x, box.bottom]);
      texts.push({ text, x, y: box.bottom + ROW - 2, align: "center" });
    }
    for (const [at, text] of ticks(up, bottom, top, Math.max(1, (box.bottom - box.top) / APART[1]))) {
      const [, y] = camera.toScreen(0, at);
      if (y < box.top || y > box.bottom) continue;
      lines.push([box.left, y, box.right, y]);
      texts.push({ text, x: box.left, y: y - 3, align: "left" });
    }
    texts.push({ text: `${across.title} →`, x: box.right, y: box.bottom + 2 * ROW, align: "right", strong: true });
    texts.push({ text: `↑ ${up.title}`, x: box.left, y: box.top - EDGE, align: "left", strong: true });
    return { lines, texts };
  }

  function drawLattice(pen, scene) {
    const { lines } = axesOf(scene);
    if (!lines.length) return;
    pen.lineWidth = 1;
    pen.strokeStyle = scene.theme.colors.text;
    pen.globalAlpha = 0.12;
    pen.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
      pen.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
      pen.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  /* The numbers and names; over pictures, lest these hide them. */
  function drawNumbers(pen, scene) {
    const { texts } = axesOf(scene);
    if (!texts.length) return;
    const { page, text: ink } = scene.theme.colors;
    pen.textBaseline = "alphabetic";
    pen.lineJoin = "round";
    const family = getComputedStyle(scene.stage).fontFamily;
    for (const { text, x, y, align, strong } of texts) {
      pen.font = `${strong ? 600 : 400} ${SIZE}px ${family}`;
      pen.textAlign = align;
      pen.globalAlpha = 0.85;
      pen.lineWidth = 4;
      pen.strokeStyle = page;
      pen.strokeText(text, x, y);
      pen.globalAlpha = strong ? 0.9 : 0.7;
      pen.fillStyle = ink;
      pen.fillText(text, x, y);
    }
    pen.globalAlpha = 1;
  }

  /* The same for a drawing as SVG. */
  function axesAsText(scene) {
    const { lines, texts } = axesOf(scene);
    const ink = innerview.escaped(scene.theme.colors.text);
    const short = (number) => Math.round(number * 10) / 10;
    const anchor = { left: "start", center: "middle", right: "end" };
    return [
      ...lines.map(([x1, y1, x2, y2]) => `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${ink}" stroke-opacity="0.12"/>`),
      ...texts.map(({ text, x, y, align, strong }) =>
        `<text x="${short(x)}" y="${short(y)}" font-size="${SIZE}" text-anchor="${anchor[align]}"${strong ? ' font-weight="600"' : ""}>${innerview.escaped(text)}</text>`),
    ].join("");
  }

  Object.assign(parts, { roomFor, drawLattice, drawNumbers, axesAsText });
})();
