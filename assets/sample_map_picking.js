/* What a person points at, looks at and chooses on a sample map: methods of the scene. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const REACH = 12; // pixels from the mouse to a dot
  const NOBODY = -1;

  const picking = {
    /* Where a sample is on the stage, in pixels. */
    place(index) {
      return this.camera.toScreen(this.positions[2 * index], this.positions[2 * index + 1]);
    },

    at(px, py) {
      if (!this.shown || this.glide) return NOBODY;
      const picture = this.overlay.pictureAt(px, py);
      if (picture !== NOBODY) return picture;
      const [x, y] = this.camera.toData(px, py);
      const top = (this.props.front || this.sizes) && this.levels ? this.topmost(x, y) : NOBODY;
      return top !== NOBODY ? top : this.grid.nearest(x, y, REACH / this.camera.scale(), this.shown);
    },

    /* Of the dots that cover a place, the one that is drawn over the others. */
    topmost(x, y) {
      const scale = this.camera.scale();
      const reach = parts.sized(this.radius(), 1) / scale;
      let best = NOBODY, height = -1;
      this.grid.each(x - reach, y - reach, x + reach, y + reach, (i, px, py) => {
        const level = this.levels[i] + (this.selected && this.selected[i] ? parts.LEVELS : 0);
        if (!this.shown[i] || level < height || Math.hypot(px - x, py - y) * scale > this.dotRadius(i)) return;
        height = level;
        best = i;
      });
      return best;
    },

    hover(index) {
      if (index === this.hovered) return;
      this.hovered = index;
      this.schedule(false);
      this.pointed();
      const detail = { index: index === NOBODY ? null : index, source: this.key };
      window.dispatchEvent(new CustomEvent("innerview:hover", { detail }));
    },

    /* Another map points at a sample, or at none (null). */
    link(index) {
      this.linked = index ?? NOBODY;
      this.schedule(false);
    },

    /* Put the ring around a sample, and go where it is if that is outside the stage. */
    look(index) {
      this.focus = index;
      if (!this.grid || index < 0 || index >= this.n || !this.grid.isPlaced[index]) return;
      const { width, height } = this.camera;
      const [x, y] = this.place(index);
      if (x >= 0 && x <= width && y >= 0 && y <= height) return;
      this.move((camera) => camera.panBy(width / 2 - x, height / 2 - y));
    },

    click(px, py) {
      const index = this.at(px, py);
      if (index === NOBODY) return;
      this.focus = index;
      this.schedule(false);
      this.emit({ clicked: { index, stamp: Date.now() } });
    },

    /* path: [[px, py], ...] on the stage, [] = nothing. Shown at once; the server's answer replaces it. */
    choose(path, mode) {
      if (!this.shown) return;
      const start = performance.now();
      const polygon = path.map(([px, py]) => this.camera.toData(px, py).map((v) => Number(v.toPrecision(7))));
      const mask = this.grid.inPolygon(polygon, this.shown);
      const old = this.selected;
      for (let i = 0; i < this.n && mode !== "replace"; i++) {
        const was = old ? old[i] : 0;
        mask[i] = mode === "add" ? was | mask[i] : was & ~mask[i];
      }
      this.selected = mask;
      this.ahead = true; // of the server
      this.lassoMs = performance.now() - start;
      this.arrange();
      this.emit({ lasso: { polygon, mode, stamp: Date.now() } });
    },

    selectedCount() {
      return this.selected ? this.selected.reduce((sum, bit) => sum + bit, 0) : 0;
    },
  };

  Object.assign(parts, { picking, NOBODY });
})();
