/* Tiles of a wall and, close by, the samples' own pictures: asked for when they are in sight, forgotten later. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const AT_ONCE = 6; // requests on their way: as many as a browser makes to one server
  const KEPT = 400; // of a kind, in memory
  const COARSE = 0.72; // a level may have this share of the screen's pixels
  const CLOSE = 44; // pixels a picture must have on the screen for its own file to be asked for
  const FEW = 160; // and so many of them at the most

  /* The tiles that cover a window at a level: [{x, y, left, top, size}], in units, only those with pictures. */
  function covering(wall, z, window) {
    const size = wall.tile / wall.levels[z];
    const found = [];
    const last = (end, whole) => Math.min(Math.floor(end / size), Math.ceil(whole / size) - 1);
    for (let y = Math.max(0, Math.floor(window.top / size)); y <= last(window.bottom, wall.height); y++) {
      for (let x = Math.max(0, Math.floor(window.left / size)); x <= last(window.right, wall.width); x++) {
        const left = x * size, top = y * size;
        if (wall.has({ left, top, right: left + size, bottom: top + size })) found.push({ x, y, left, top, size });
      }
    }
    return found;
  }

  /* The coarsest level that has enough pixels. */
  function level(wall, pixels) {
    const z = wall.levels.findIndex((one) => one >= COARSE * pixels);
    return z < 0 ? wall.levels.length - 1 : z;
  }

  class Painter {
    constructor(arrived) {
      const { Pictures } = innerview.stage;
      [this.tiles, this.own] = [1, 2].map(() => new Pictures({ arrived, atOnce: AT_ONCE, kept: KEPT }));
      this.drawn = 0; // tiles of the level that was asked for, in the last frame
    }

    get busy() {
      return this.tiles.busy || this.own.busy;
    }

    clear() {
      this.tiles.clear();
      this.own.clear();
    }

    /* Draw what is there of a window, and ask for the rest. scene: {wall, camera, props, ratio}. */
    paint(pen, scene, window) {
      const { wall, camera } = scene;
      const z = level(wall, camera.scale * scene.ratio);
      const template = wall.source.tiles;
      const address = (level_, tile) => template.replace("{z}", level_).replace("{x}", tile.x).replace("{y}", tile.y);
      const needed = covering(wall, z, window);
      const missing = needed.filter((tile) => !this.tiles.get(address(z, tile)));
      const put = (level_, tile) => {
        const image = this.tiles.get(address(level_, tile));
        if (!image) return;
        // Whole pixels, so that no line shows between two tiles.
        const [x0, y0] = camera.toScreen(tile.left, tile.top).map((v) => Math.round(v * scene.ratio) / scene.ratio);
        const [x1, y1] = camera.toScreen(tile.left + tile.size, tile.top + tile.size).map((v) => Math.round(v * scene.ratio) / scene.ratio);
        pen.imageSmoothingEnabled = wall.levels[level_] > 1.05 * camera.scale * scene.ratio;
        pen.drawImage(image, x0, y0, x1 - x0, y1 - y0);
      };
      if (missing.length) for (let k = 0; k < z; k++) covering(wall, k, window).forEach((tile) => put(k, tile));
      needed.forEach((tile) => put(z, tile));
      this.drawn = needed.length - missing.length;
      // The whole wall at its coarsest comes along, to be drawn while finer tiles are on their way.
      const behind = covering(wall, 0, { left: 0, top: 0, right: wall.width, bottom: wall.height });
      const near = (tile) => Math.hypot(tile.left + tile.size / 2 - (window.left + window.right) / 2, tile.top + tile.size / 2 - (window.top + window.bottom) / 2);
      missing.sort((a, b) => near(a) - near(b));
      this.tiles.want([...missing.map((tile) => address(z, tile)), ...behind.map((tile) => address(0, tile))]);
      this.closeUp(pen, scene, window);
    }

    /* The samples' own pictures where they are large on the screen: all their pixels, whatever the tiles hold. */
    closeUp(pen, scene, window) {
      const { wall, camera, props } = scene;
      const found = [];
      if (wall.ids && props.images && CLOSE / camera.scale <= scene.largest) {
        wall.eachPicture(window, (slot, x, y, side) => {
          if (side * camera.scale >= CLOSE && found.length <= FEW) found.push({ index: wall.ids[slot], x, y, side });
        });
      }
      if (found.length > FEW) found.length = 0;
      const address = (one) => props.images.replace("{index}", one.index);
      this.own.want(found.map(address));
      this.close = 0;
      pen.imageSmoothingEnabled = false;
      for (const one of found) {
        const image = this.own.get(address(one));
        if (!image) continue;
        const full = one.side * camera.scale, longest = Math.max(image.width, image.height);
        pen.imageSmoothingEnabled = longest > full * scene.ratio;
        const [x, y] = camera.toScreen(one.x, one.y);
        const w = (full * image.width) / longest, h = (full * image.height) / longest;
        pen.drawImage(image, x + (full - w) / 2, y + (full - h) / 2, w, h);
        this.close += 1;
      }
    }
  }

  parts.Painter = Painter;
})();
