/* What lies over the points: pictures of samples, rings, the lasso.

   It has a 2D canvas of its own, so that following the mouse never draws 70,000 points again. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const AT_ONCE = 8; // image requests on their way
  const KEPT = 1500; // pictures in memory, per map
  const AUTOMATIC = 250; // this few points in view turn into pictures by themselves
  const CROWDED = 0.6; // unless they would have less than this share of the room they need
  const SMALLEST = 28, LARGEST = 84; // pixels on the screen

  const cell = (column, row) => column * 65536 + row;

  class Overlay {
    constructor(canvas, wake) {
      this.canvas = canvas;
      this.pen = null; // made when there is something to draw
      this.template = null; // of the pictures' addresses
      this.pictures = new innerview.stage.Pictures({
        arrived: wake, atOnce: AT_ONCE, kept: KEPT, address: (index) => this.template.replace("{index}", index),
      });
      this.placed = []; // pictures on the screen: {index, x, y, w, h}, x and y their center
      this.stale = true;
    }

    /* Which samples show their picture: at most one where several would overlap, selected ones first. */
    place(scene) {
      this.stale = false;
      this.placed = [];
      const { images, imageSize } = scene.props;
      if (!images || scene.glide) return;
      if (images !== this.template) this.pictures.clear(); // of another data set
      this.template = images;
      const all = scene.pictureMode;
      const found = scene.grid.inBox(...scene.camera.window(LARGEST / 2), scene.shown, all ? Infinity : AUTOMATIC + 1);
      if (!all && found.length > AUTOMATIC) return;
      const side = this.side(scene, found);
      if (!all && side < SMALLEST * CROWDED) return;
      const [rows, columns] = imageSize || [1, 1];
      const long = Math.max(SMALLEST, side);
      const h = long * Math.min(1, rows / columns), w = long * Math.min(1, columns / rows);
      // By index, whatever the order in which they were found: the same ones stay while the map moves. Or what lies
      // on top first.
      const sorted = Uint32Array.from(found).sort();
      if (scene.props.front && scene.levels) sorted.sort((a, b) => scene.levels[b] - scene.levels[a] || a - b);
      const first = (i) => i === scene.focus || (scene.selected !== null && scene.selected[i] === 1);
      const cells = new Map();
      for (const turn of [true, false]) {
        for (const index of sorted) {
          if (first(index) !== turn) continue;
          const [x, y] = scene.place(index);
          const column = Math.floor(x / w), row = Math.floor(y / h);
          if (this.crowded(cells, column, row, x, y, w + 3, h + 3)) continue;
          const one = { index, x, y, w, h };
          cells.set(cell(column, row), one);
          this.placed.push(one);
        }
      }
      this.pictures.want(this.placed.map((one) => one.index));
    }

    /* How large a picture may be so that most samples in view get theirs. */
    side(scene, found) {
      const { width, height } = scene.camera;
      let left = width, right = 0, top = height, bottom = 0;
      for (const index of found) {
        const [x, y] = scene.place(index);
        left = Math.max(0, Math.min(left, x));
        right = Math.min(width, Math.max(right, x));
        top = Math.max(0, Math.min(top, y));
        bottom = Math.min(height, Math.max(bottom, y));
      }
      const area = Math.max(1, right - left) * Math.max(1, bottom - top);
      if (found.length < 3) return LARGEST;
      return Math.min(LARGEST, Math.round(0.7 * Math.sqrt(area / found.length)));
    }

    crowded(cells, column, row, x, y, w, h) {
      if (cells.has(cell(column, row))) return true;
      for (let c = column - 1; c <= column + 1; c++) {
        for (let r = row - 1; r <= row + 1; r++) {
          const other = cells.get(cell(c, r));
          if (other && Math.abs(other.x - x) < w && Math.abs(other.y - y) < h) return true;
        }
      }
      return false;
    }

    pictureAt(x, y) {
      for (const one of this.placed) {
        if (Math.abs(one.x - x) <= one.w / 2 && Math.abs(one.y - y) <= one.h / 2) return one.index;
      }
      return -1;
    }

    draw(scene) {
      if (this.stale) this.place(scene);
      const points = [scene.focus, scene.linked, scene.hovered];
      const { marks } = scene.props;
      const inked = Boolean(scene.ends || scene.axes || (marks && marks.length)) || this.placed.length > 0 || Boolean(scene.trace) || points.some((index) => index >= 0);
      if (!inked && !this.inked) return;
      this.inked = inked;
      this.pen = this.pen || this.canvas.getContext("2d");
      const { pen, canvas } = this;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      // In two halves: Chromium 156 at times keeps the old picture when a frame is nothing but a clear of it all.
      const half = canvas.height >> 1;
      pen.clearRect(0, 0, canvas.width, half);
      pen.clearRect(0, half, canvas.width, canvas.height - half);
      pen.setTransform(scene.pixelRatio, 0, 0, scene.pixelRatio, 0, 0);
      pen.imageSmoothingEnabled = false;
      parts.drawLattice(pen, scene);
      parts.drawLines(pen, scene);
      for (const one of this.placed) this.picture(scene, one);
      this.ring(scene, scene.focus, 2.5, scene.theme.colors.accent);
      this.ring(scene, scene.linked, 2, scene.theme.colors.text, true);
      this.ring(scene, scene.hovered, 2, scene.theme.colors.text);
      parts.drawMarks(pen, scene);
      parts.drawNumbers(pen, scene);
      innerview.stage.trace(pen, scene.trace, scene.theme.colors.accent);
    }

    picture(scene, { index, x, y, w, h }) {
      const image = this.pictures.get(index);
      if (!image) return;
      const { pen } = this;
      const chosen = scene.selected && scene.selected[index];
      const left = Math.round(x - w / 2), top = Math.round(y - h / 2), line = chosen ? 3 : 2;
      pen.globalAlpha = scene.selectedShown && !chosen ? 0.35 : 1;
      pen.fillStyle = scene.cssColor(index);
      pen.beginPath();
      pen.roundRect(left - line, top - line, w + 2 * line, h + 2 * line, 4);
      pen.fill();
      pen.drawImage(image, left, top, w, h);
      pen.globalAlpha = 1;
    }

    /* A ring around a dot, or a frame around a picture; `loud` for what another map points at. */
    ring(scene, index, line, color, loud) {
      if (index < 0 || !scene.shown || !scene.shown[index]) return;
      const { pen } = this;
      const [x, y] = scene.place(index);
      const shape = (grow) => {
        const one = this.placed.find((p) => p.index === index && this.pictures.get(index));
        pen.beginPath();
        if (one) pen.roundRect(one.x - one.w / 2 - grow, one.y - one.h / 2 - grow, one.w + 2 * grow, one.h + 2 * grow, 5);
        else pen.arc(x, y, scene.dotRadius(index) + grow, 0, 2 * Math.PI);
      };
      const stroke = (grow, width, style) => {
        shape(grow);
        pen.lineWidth = width;
        pen.strokeStyle = style;
        pen.stroke();
      };
      stroke(3, line + 3, scene.theme.colors.page);
      stroke(3, line, color);
      if (loud) {
        stroke(9, 4.5, scene.theme.colors.page);
        stroke(9, 1.5, color);
      }
    }
  }

  parts.Overlay = Overlay;
})();
