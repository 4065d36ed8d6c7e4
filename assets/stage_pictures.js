/* Pictures that a stage draws: asked for when they are in sight, a few at once, forgotten when not seen for long. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.stage = innerview.stage || {});

  /* By address, or by anything that address(key) turns into one. arrived() is called after each picture. */
  class Pictures {
    constructor({ arrived, atOnce, kept, address = (key) => key }) {
      Object.assign(this, { arrived, atOnce, kept, address });
      this.known = new Map(); // key -> image, null when it cannot be had; the first was used longest ago
      this.clear();
    }

    /* Forget all, also what is on its way. */
    clear() {
      this.known.clear();
      this.loading = new Map(); // key -> image
      this.wanted = [];
    }

    get(key) {
      const image = this.known.get(key);
      if (image) {
        this.known.delete(key);
        this.known.set(key, image);
      }
      return image;
    }

    /* Ask for these, and no longer for what was wanted before: the person has moved on. */
    want(keys) {
      this.wanted = keys.filter((key) => !this.known.has(key) && !this.loading.has(key));
      this.fetch();
    }

    fetch() {
      while (this.wanted.length && this.loading.size < this.atOnce) {
        const key = this.wanted.shift();
        const image = new Image();
        const done = (found) => {
          if (this.loading.get(key) !== image) return; // all has been forgotten since
          this.loading.delete(key);
          this.known.set(key, found);
          if (this.known.size > this.kept) this.known.delete(this.known.keys().next().value);
          this.fetch();
          this.arrived();
        };
        this.loading.set(key, image);
        image.onload = () => done(image);
        image.onerror = () => done(null);
        image.src = this.address(key);
      }
    }

    get busy() {
      return this.wanted.length + this.loading.size > 0;
    }
  }

  /* A lasso or box while it is drawn: [[x, y], ...] in the pen's units. */
  function trace(pen, path, color) {
    if (!path || path.length < 2) return;
    pen.beginPath();
    path.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fillStyle = pen.strokeStyle = color;
    pen.globalAlpha = 0.12;
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
  }

  Object.assign(parts, { Pictures, trace });
})();
