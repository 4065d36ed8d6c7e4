/* Which part of a wall the stage shows: arithmetic between units of the wall and pixels of the stage.

   Names of rows stand left of the pictures and names of columns above them, so the wall has less than the stage. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const GLIDE = 260; // ms
  const FARTHEST = 0.6; // of the scale at which all is seen
  const LARGEST = 0.9; // of the stage that one picture may take

  class Camera {
    constructor() {
      Object.assign(this, { x: 0, y: 0, scale: 1, left: 0, top: 0, width: 1, height: 1, whole: true });
      this.wall = { width: 1, height: 1 };
      this.way = null;
    }

    /* The stage has changed, or the margins for names: what is in the middle stays there. */
    measure({ width, height, left, top }) {
      const middle = this.toWall(this.left + this.width / 2, this.top + this.height / 2);
      Object.assign(this, { left, top, width: Math.max(1, width - left), height: Math.max(1, height - top) });
      if (this.whole) this.fit();
      else this.center(...middle);
    }

    least() {
      return Math.min(this.width / this.wall.width, this.height / this.wall.height);
    }

    fit() {
      this.scale = this.least();
      this.whole = true;
      this.x = this.y = 0; // beside the names, where there is more room than pictures
    }

    center(x, y) {
      this.x = x - this.width / 2 / this.scale;
      this.y = y - this.height / 2 / this.scale;
    }

    toScreen(x, y) {
      return [this.left + (x - this.x) * this.scale, this.top + (y - this.y) * this.scale];
    }

    toWall(px, py) {
      return [this.x + (px - this.left) / this.scale, this.y + (py - this.top) / this.scale];
    }

    /* What of the wall is seen. */
    window() {
      return { left: this.x, top: this.y, right: this.x + this.width / this.scale, bottom: this.y + this.height / this.scale };
    }

    panBy(dx, dy) {
      this.x -= dx / this.scale;
      this.y -= dy / this.scale;
      this.whole = false;
      this.way = null;
      this.hold();
    }

    /* What is under (px, py) stays there. */
    zoomAt(px, py, factor) {
      const [x, y] = this.toWall(px, py);
      const most = (LARGEST * Math.min(this.width, this.height));
      this.scale = Math.max(FARTHEST * this.least(), Math.min(Math.max(most, this.least()), this.scale * factor));
      this.x = x - (px - this.left) / this.scale;
      this.y = y - (py - this.top) / this.scale;
      this.whole = false;
      this.way = null;
      this.hold();
    }

    /* The wall never leaves the stage altogether. */
    hold() {
      const seen = { x: this.width / this.scale, y: this.height / this.scale };
      this.x = Math.max(-0.8 * seen.x, Math.min(this.wall.width - 0.2 * seen.x, this.x));
      this.y = Math.max(-0.8 * seen.y, Math.min(this.wall.height - 0.2 * seen.y, this.y));
    }

    /* Glide until a box of the wall fills the stage; all of it if there is no box. */
    glide(box) {
      const target = new Camera();
      Object.assign(target, this, { way: null });
      if (!box) target.fit();
      else {
        const margin = 0.06 * Math.max(box.right - box.left, box.bottom - box.top);
        const scale = Math.min(this.width / (box.right - box.left + 2 * margin), this.height / (box.bottom - box.top + 2 * margin));
        target.scale = Math.min(scale, LARGEST * Math.min(this.width, this.height));
        target.whole = false;
        target.center((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      }
      const { x, y, scale, whole } = target;
      this.way = { from: { x: this.x, y: this.y, scale: this.scale }, to: { x, y, scale }, whole, start: null };
      if (innerview.stage.calm()) this.step(Infinity);
    }

    /* One step of the glide; whether there is more of it. */
    step(now) {
      const { way } = this;
      if (!way) return false;
      way.start = way.start ?? now;
      const part = now === Infinity ? 1 : Math.min(1, (now - way.start) / GLIDE);
      const eased = part * part * (3 - 2 * part);
      const { from, to } = way;
      this.scale = from.scale * (to.scale / from.scale) ** eased;
      // The middle of the stage moves evenly on the screen, not on the wall.
      const share = from.scale === to.scale ? eased : (1 / from.scale - 1 / this.scale) / (1 / from.scale - 1 / to.scale);
      const middle = (view) => [view.x + this.width / 2 / view.scale, view.y + this.height / 2 / view.scale];
      const [a, b] = [middle(from), middle(to)];
      this.center(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share);
      if (part < 1) return true;
      this.whole = way.whole;
      this.way = null;
      return false;
    }
  }

  parts.Camera = Camera;
})();
