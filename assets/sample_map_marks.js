/* What a sample map may show besides its dots: named places, and lines from dots to where else they would lie. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const MARGIN = 0.07; // of the extent of the named places, on every side
  const APART = 9; // pixels from a place to its name
  const HEIGHT = 14; // of a name

  /* The part of the data that zoom 1 shows: all dots, or all named places with room for their names. */
  function framed(grid, marks) {
    if (!marks || !marks.length) return grid;
    const xs = marks.map((mark) => mark.x), ys = marks.map((mark) => mark.y);
    const ends = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const reach = MARGIN * Math.max(ends[1] - ends[0], ends[3] - ends[2]);
    const [left, right, bottom, top] = [ends[0] - reach, ends[1] + reach, ends[2] - reach, ends[3] + reach];
    return { left, right, bottom, top, width: right - left, height: top - bottom };
  }

  /* A line for every sample that is shown and has another end, in its color; `ends` is (n, 2), NaN for none. */
  function drawLines(pen, scene) {
    const { ends, shown, selected } = scene;
    if (!ends || !shown || scene.glide) return;
    const paths = new Map(); // color and whether it stands back -> path
    const faint = scene.selectedShown > 0;
    for (let i = 0; i < scene.n; i++) {
      if (!shown[i] || !Number.isFinite(ends[2 * i])) continue;
      const back = faint && !selected[i];
      const key = `${back ? "" : "!"}${scene.cssColor(i)}`;
      if (!paths.has(key)) paths.set(key, new Path2D());
      line(paths.get(key), scene, i);
    }
    pen.lineWidth = 1;
    for (const [key, path] of paths) {
      const front = key[0] === "!";
      pen.globalAlpha = front ? 0.4 : 0.06;
      pen.strokeStyle = front ? key.slice(1) : key;
      pen.stroke(path);
    }
    pen.globalAlpha = 1;
    for (const index of [scene.focus, scene.linked, scene.hovered]) strong(pen, scene, index);
  }

  function line(path, scene, index) {
    path.moveTo(...scene.place(index));
    path.lineTo(...end(scene, index));
  }

  function end(scene, index) {
    return scene.camera.toScreen(scene.ends[2 * index], scene.ends[2 * index + 1]);
  }

  /* The line of the sample that is pointed at or looked at, with a dot at its other end. */
  function strong(pen, scene, index) {
    if (index < 0 || !scene.shown[index] || !Number.isFinite(scene.ends[2 * index])) return;
    const path = new Path2D();
    line(path, scene, index);
    for (const [width, style] of [[5, scene.theme.colors.page], [2, scene.theme.colors.text]]) {
      pen.lineWidth = width;
      pen.strokeStyle = style;
      pen.stroke(path);
    }
    const [x, y] = end(scene, index);
    pen.beginPath();
    pen.arc(x, y, 5, 0, 2 * Math.PI);
    pen.fillStyle = scene.cssColor(index);
    pen.fill();
    pen.stroke();
  }

  /* The names of places, each on the far side of the middle; where two would overlap, the later one is left out. */
  function drawMarks(pen, scene) {
    const { marks } = scene.props;
    if (!marks || !marks.length) return;
    const middle = marks.reduce((sum, mark) => [sum[0] + mark.x / marks.length, sum[1] + mark.y / marks.length], [0, 0]);
    const taken = [];
    pen.font = `600 12px ${getComputedStyle(scene.stage).fontFamily}`;
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    pen.lineJoin = "round";
    for (const { x, y, text } of marks) {
      const [px, py] = scene.camera.toScreen(x, y);
      const [dx, dy] = direction(x - middle[0], middle[1] - y);
      const half = pen.measureText(text).width / 2;
      const at = [px + dx * (APART + half), py + dy * (APART + HEIGHT / 2)];
      const box = [at[0] - half, at[1] - HEIGHT / 2, at[0] + half, at[1] + HEIGHT / 2];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      pen.lineWidth = 4;
      pen.strokeStyle = scene.theme.colors.page;
      pen.strokeText(text, ...at);
      pen.fillStyle = scene.theme.colors.text;
      pen.fillText(text, ...at);
    }
  }

  function direction(x, y) {
    const length = Math.hypot(x, y) || 1;
    return [x / length, y / length];
  }

  Object.assign(parts, { framed, drawLines, drawMarks });
})();
