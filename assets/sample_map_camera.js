/* Which part of the data the stage shows: arithmetic between data units and pixels.

   One unit is as many pixels wide as high, so that distances in a projection stay true; y points up in the data
   and down on the stage. Zoom 1 shows all points whatever the size of the stage. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const PADDING = 18; // pixels around all points
  const FARTHEST = 0.4, CLOSEST = 5000; // zoom

  class Camera {
    constructor() {
      Object.assign(this, { x: 0, y: 0, zoom: 1, width: 0, height: 0, whole: true });
      this.bounds = { left: 0, right: 0, bottom: 0, top: 0, width: 0, height: 0 };
    }

    /* view: {x, y, zoom} with x, y the data at the center of the stage; null = all points. */
    show(view) {
      const { left, right, bottom, top } = this.bounds;
      this.whole = !view;
      Object.assign(this, view || { x: (left + right) / 2, y: (bottom + top) / 2, zoom: 1 });
    }

    /* What `show` takes, short enough for a link. */
    view() {
      const short = (value) => Number(value.toPrecision(7));
      return this.whole ? null : { x: short(this.x), y: short(this.y), zoom: short(this.zoom) };
    }

    /* Pixels per unit. */
    scale() {
      const wide = (this.width - 2 * PADDING) / (this.bounds.width || 1e-9);
      const high = (this.height - 2 * PADDING) / (this.bounds.height || 1e-9);
      const least = Math.min(wide, high);
      return (least > 0 && least < 1e9 ? least : 1) * this.zoom;
    }

    /* [center x, center y, pixels per unit] */
    lens() {
      return [this.x, this.y, this.scale()];
    }

    toScreen(x, y) {
      const scale = this.scale();
      return [this.width / 2 + (x - this.x) * scale, this.height / 2 - (y - this.y) * scale];
    }

    toData(px, py) {
      const scale = this.scale();
      return [this.x + (px - this.width / 2) / scale, this.y - (py - this.height / 2) / scale];
    }

    /* [left, bottom, right, top] of what is seen, and `margin` pixels more on every side. */
    window(margin) {
      const [left, top] = this.toData(-margin, -margin);
      const [right, bottom] = this.toData(this.width + margin, this.height + margin);
      return [left, bottom, right, top];
    }

    panBy(dx, dy) {
      const scale = this.scale();
      this.x -= dx / scale;
      this.y += dy / scale;
      this.whole = false;
    }

    /* What is under (px, py) stays there. */
    zoomAt(px, py, factor) {
      const [x, y] = this.toData(px, py);
      this.zoom = Math.max(FARTHEST, Math.min(CLOSEST, this.zoom * factor));
      const [nx, ny] = this.toData(px, py);
      this.x += x - nx;
      this.y += y - ny;
      this.whole = false;
    }
  }

  parts.Camera = Camera;
})();
