/* Where the points are: a uniform grid over them, made by one counting sort.

   It answers "which point is under the mouse", "which are in this window" and "which are in this lasso" from
   the few cells concerned. Points without a place (NaN) are in no cell, so nothing ever finds them. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const POINTS_PER_CELL = 2;
  const MOST_COLUMNS = 2048;
  const BANDS = 256;

  class Grid {
    /* positions: (n, 2) flat */
    constructor(positions) {
      this.positions = positions;
      this.n = positions.length / 2;
      this.measure();
      const { left, bottom, width, height, placed } = this;
      const side = Math.sqrt((width * height * POINTS_PER_CELL) / Math.max(placed, 1)) || 1;
      this.columns = Math.min(MOST_COLUMNS, Math.max(1, Math.ceil(width / side)));
      this.rows = Math.min(MOST_COLUMNS, Math.max(1, Math.ceil(height / side)));
      this.perX = this.columns / (width || 1);
      this.perY = this.rows / (height || 1);
      const starts = new Uint32Array(this.columns * this.rows + 1);
      const cells = new Int32Array(this.n).fill(-1);
      this.isPlaced = new Uint8Array(this.n);
      for (let i = 0; i < this.n; i++) {
        const x = positions[2 * i], y = positions[2 * i + 1];
        if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
        cells[i] = this.row(y) * this.columns + this.column(x);
        starts[cells[i] + 1]++;
        this.isPlaced[i] = 1;
      }
      for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
      const items = new Uint32Array(placed);
      const next = starts.slice();
      for (let i = 0; i < this.n; i++) if (cells[i] >= 0) items[next[cells[i]]++] = i;
      this.starts = starts;
      this.items = items;
    }

    measure() {
      const p = this.positions;
      let left = Infinity, right = -Infinity, bottom = Infinity, top = -Infinity, placed = 0;
      for (let i = 0; i < p.length; i += 2) {
        const x = p[i], y = p[i + 1];
        if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
        placed++;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < bottom) bottom = y;
        if (y > top) top = y;
      }
      if (!placed) left = right = bottom = top = 0;
      Object.assign(this, { left, bottom, right, top, width: right - left, height: top - bottom, placed });
    }

    column(x) {
      return Math.max(0, Math.min(this.columns - 1, Math.floor((x - this.left) * this.perX)));
    }

    row(y) {
      return Math.max(0, Math.min(this.rows - 1, Math.floor((y - this.bottom) * this.perY)));
    }

    /* Calls visit(index, x, y) for every point in the box until visit returns false. */
    each(left, bottom, right, top, visit) {
      if (left > this.right || right < this.left || bottom > this.top || top < this.bottom) return;
      const { positions, starts, items, columns } = this;
      const c0 = this.column(left), c1 = this.column(right), r0 = this.row(bottom), r1 = this.row(top);
      for (let r = r0; r <= r1; r++) {
        const end = starts[r * columns + c1 + 1];
        for (let k = starts[r * columns + c0]; k < end; k++) {
          const i = items[k], x = positions[2 * i], y = positions[2 * i + 1];
          if (x < left || x > right || y < bottom || y > top) continue;
          if (visit(i, x, y) === false) return;
        }
      }
    }

    /* The shown point nearest to (x, y) within radius, or -1. */
    nearest(x, y, radius, shown) {
      let best = -1, least = radius * radius;
      this.each(x - radius, y - radius, x + radius, y + radius, (i, px, py) => {
        const d = (px - x) * (px - x) + (py - y) * (py - y);
        if (shown[i] && d <= least) {
          least = d;
          best = i;
        }
      });
      return best;
    }

    /* The shown points in a box; stops after `most`. */
    inBox(left, bottom, right, top, shown, most) {
      const found = [];
      this.each(left, bottom, right, top, (i) => {
        if (shown[i]) found.push(i);
        return found.length < most;
      });
      return found;
    }

    /* Mask (n) of the shown points inside a polygon [[x, y], ...], by the even-odd rule. */
    inPolygon(polygon, shown) {
      const mask = new Uint8Array(this.n);
      if (polygon.length < 3) return mask;
      let left = Infinity, right = -Infinity, bottom = Infinity, top = -Infinity;
      for (const [x, y] of polygon) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        bottom = Math.min(bottom, y);
        top = Math.max(top, y);
      }
      // A lasso has hundreds of edges; a point needs only those that cross its height.
      const perBand = BANDS / (top - bottom || 1);
      const band = (y) => Math.max(0, Math.min(BANDS - 1, Math.floor((y - bottom) * perBand)));
      const bands = Array.from({ length: BANDS }, () => []);
      for (let k = 0, j = polygon.length - 1; k < polygon.length; j = k++) {
        const [ax, ay] = polygon[j], [bx, by] = polygon[k];
        const edge = [ax, ay, bx, by];
        for (let b = band(Math.min(ay, by)); b <= band(Math.max(ay, by)); b++) bands[b].push(edge);
      }
      this.each(left, bottom, right, top, (i, x, y) => {
        if (!shown[i]) return;
        let inside = false;
        for (const [ax, ay, bx, by] of bands[band(y)]) {
          if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        }
        if (inside) mask[i] = 1;
      });
      return mask;
    }
  }

  parts.Grid = Grid;
})();
