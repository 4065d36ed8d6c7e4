/* One wall of pictures without its buttons: what is loaded, what is drawn, what is picked.

   The component hands in props; layout, samples and tiles come by URL. What a person does comes back through
   emit(props). A new layout fades in over the old one. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});
  innerview.maps = innerview.maps || {};
  const NOBODY = -1;

  const FADE = 240; // ms
  const FRAMED = 6; // pixels a picture must have for a frame; smaller ones are covered by the accent
  const MOST_FRAMES = 20000;

  class Scene {
    constructor({ key, stage, canvas, emit, changed, pointed }) {
      Object.assign(this, { key, stage, canvas, emit, changed, pointed });
      this.pen = canvas.getContext("2d");
      this.camera = new parts.Camera();
      this.painter = new parts.Painter(() => this.schedule());
      this.props = {};
      this.wall = this.trace = this.bits = this.error = this.before = null;
      this.facts = [];
      this.hovered = { slot: NOBODY, row: -1, column: -1, cell: -1 };
      this.shown = 0; // frames with a wall
      this.gone = NOBODY; // stamp of the last goto
      this.colors = parts.colors(stage);
      this.size = { width: 1, height: 1 };
      this.measure();
      this.unwatch = parts.watch(this);
      innerview.maps[key] = parts.report(this);
    }

    // ---- props, layout, samples ---------------------------------------------------------------------

    update(props) {
      const last = this.props;
      this.props = props;
      const url = (one) => (one && one.wall && one.wall.layout) || null;
      if (url(props) !== url(last)) this.load();
      else if (this.wall && !this.loading && props.wall) this.wall.source = props.wall;
      if ((props.selection || {}).url !== (last.selection || {}).url) this.loadSelection();
      if (props.facts !== last.facts) this.facts = [];
      if (props.focus !== last.focus && props.focus !== null && props.focus !== undefined) this.needSamples();
      this.go();
      this.schedule();
      if (!props.wall) this.tell();
    }

    /* The first pictures are there, or there are none to come. */
    tell() {
      if (this.told || (this.props.wall && (!this.wall || this.painter.busy))) return;
      this.told = true;
      setTimeout(() => this.dead || this.emit({ drawn: true }), 0);
    }

    async load() {
      const { wall } = this.props;
      const ticket = (this.ticket = {});
      this.error = null;
      if (!wall) {
        this.wall = null;
        this.changed();
        return;
      }
      this.loading = true;
      this.changed();
      try {
        const answer = await fetch(wall.layout);
        if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
        const layout = await answer.json();
        if (this.ticket !== ticket || this.dead) return;
        this.loading = false;
        this.show(new parts.Wall(layout, wall));
      } catch (error) {
        if (this.ticket === ticket) this.error = `The pictures could not be laid out: ${error.message}.`;
      }
      if (this.ticket !== ticket || this.dead) return;
      this.loading = false;
      this.changed();
      this.schedule();
    }

    show(wall) {
      if (this.wall && this.shown && !innerview.stage.calm()) {
        const old = document.createElement("canvas");
        Object.assign(old, { width: this.canvas.width, height: this.canvas.height });
        old.getContext("2d").drawImage(this.canvas, 0, 0);
        this.before = { image: old, start: null };
      }
      this.wall = wall;
      this.largest = Math.max(1, ...wall.cells.side);
      this.hovered = { slot: NOBODY, row: -1, column: -1, cell: -1 };
      this.camera.wall = wall;
      this.camera.whole = true;
      this.camera.way = null;
      this.measure(true);
      if (this.bits || this.props.selection || Number.isInteger(this.props.focus)) this.needSamples();
      this.go();
    }

    /* Which sample is where, as soon as somebody points at one: the first view does without. */
    needSamples() {
      const { wall } = this;
      if (!wall || wall.ids || wall.asked) return;
      wall.asked = true;
      innerview.column(wall.source.ids).then(
        ({ data }) => {
          wall.setIds(data);
          this.schedule();
          this.pointed();
        },
        () => { wall.asked = false; }
      );
    }

    needFacts() {
      if (this.facts.length || !(this.props.facts || []).length) return;
      const facts = (this.facts = this.props.facts.map((fact) => ({ ...fact })));
      for (const fact of facts) {
        innerview.column(fact.url).then(({ data }) => { fact.values = data; this.pointed(); }, () => null);
      }
    }

    loadSelection() {
      const { selection } = this.props;
      this.bits = null;
      if (!selection) return;
      innerview.column(selection.url).then(({ data }) => {
        if ((this.props.selection || {}).url !== selection.url) return;
        this.bits = data;
        this.needSamples();
        this.schedule();
      }, () => null);
    }

    chosen(index) {
      return innerview.hasBit(this.bits, index);
    }

    go() {
      const { goto } = this.props;
      if (!goto || !this.wall || this.loading || goto.stamp === this.gone || goto.layout !== this.props.wall.layout) return;
      this.gone = goto.stamp;
      this.toCell(...goto.cell);
    }

    // ---- what a person does -------------------------------------------------------------------------

    measure(always) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const ratio = window.devicePixelRatio || 1;
      if (!width || !height) return;
      if (!always && this.size.width === width && this.size.height === height && this.ratio === ratio) return;
      Object.assign(this, { size: { width, height }, ratio });
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      const margins = this.wall ? parts.margins(this.pen, this.wall, width, height) : { left: 0, top: 0, turned: false };
      this.turned = margins.turned;
      this.camera.measure({ width, height, ...margins });
      this.draw();
    }

    move(change) {
      if (!this.wall) return;
      change(this.camera);
      this.schedule();
      this.pointed();
    }

    zoom(factor) {
      const { left, top, width, height } = this.camera;
      this.move((camera) => camera.zoomAt(left + width / 2, top + height / 2, factor));
    }

    reset() {
      this.move((camera) => camera.glide(null));
    }

    toCell(row, column) {
      if (row < 0 || column < 0) return;
      const box = this.wall.box(row, column), k = this.wall.cell(row, column);
      if (k >= 0 && this.wall.cells.shown[k]) {
        const side = this.wall.side(k), wide = Math.min(this.wall.cells.across[k], this.wall.cells.shown[k]);
        box.right = Math.min(box.right, box.left + Math.max(wide * side, 4 * this.wall.strip));
        box.bottom = Math.min(box.bottom, box.top + Math.ceil(this.wall.cells.shown[k] / wide) * side);
      }
      box.top -= this.wall.strip;
      this.move((camera) => camera.glide(box));
    }

    /* What is at a place of the stage: a picture, a cell, or the name of a row or column. */
    at(px, py) {
      const { camera, wall } = this;
      if (!wall) return { slot: NOBODY, row: -1, column: -1, cell: -1 };
      const [x, y] = camera.toWall(px, py);
      const left = px < camera.left, above = py < camera.top;
      if (!left && !above) return wall.at(x, y);
      const row = left && !above ? wall.within(wall.rows, y, wall.strip) : -1;
      const column = above && !left ? wall.within(wall.columns, x, 0) : -1;
      return { slot: NOBODY, row, column, cell: -1, name: true };
    }

    hover(px, py) {
      const found = this.at(px, py);
      const same = found.slot === this.hovered.slot && found.cell === this.hovered.cell;
      this.hovered = found;
      if (found.slot !== NOBODY) {
        this.needSamples();
        this.needFacts();
      }
      if (same) return;
      this.schedule();
      this.pointed();
      const index = this.wall ? this.wall.index(found.slot) : NOBODY;
      window.dispatchEvent(new CustomEvent("innerview:hover", { detail: { index, source: this.key } }));
    }

    click(px, py, mode) {
      const found = this.at(px, py);
      if (found.slot !== NOBODY && mode === "replace") {
        const index = this.wall.index(found.slot);
        if (index !== NOBODY) this.emit({ clicked: { index, stamp: Date.now() } });
        else this.needSamples();
      } else if (found.cell >= 0 || (found.name && (found.row >= 0 || found.column >= 0))) {
        this.emit({ picked: { row: found.row, column: found.column, mode, stamp: Date.now() } });
      }
    }

    choose(path, mode) {
      const polygon = path.map(([px, py]) => this.camera.toWall(px, py).map((value) => Number(value.toFixed(5))));
      this.emit({ lasso: { polygon, mode, stamp: Date.now() } });
    }

    // ---- drawing ------------------------------------------------------------------------------------

    schedule() {
      if (this.request || this.dead) return;
      this.request = requestAnimationFrame((now) => {
        this.request = null;
        const gliding = this.camera.step(now);
        this.draw(now);
        if (gliding) this.pointed();
        if (gliding || this.before) this.schedule();
      });
    }

    draw(now) {
      const { pen, canvas, ratio, size } = this;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      if (!this.wall) return;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.paint(pen);
      if (this.before) {
        this.before.start = this.before.start ?? now ?? performance.now();
        const left = 1 - ((now ?? performance.now()) - this.before.start) / FADE;
        if (left <= 0 || Number.isNaN(left)) this.before = null;
        else {
          pen.globalAlpha = left;
          pen.drawImage(this.before.image, 0, 0, size.width, size.height);
          pen.globalAlpha = 1;
        }
      }
      this.shown += 1;
      this.tell();
    }

    /* Everything, on any canvas whose unit is a pixel of the stage. `plain`: for a file, without what moves. */
    paint(pen, plain) {
      const { camera, wall, colors, size } = this;
      pen.fillStyle = colors.page;
      pen.fillRect(0, 0, size.width, size.height);
      const window = camera.window();
      pen.save();
      pen.beginPath();
      pen.rect(camera.left, camera.top, camera.width, camera.height);
      pen.clip();
      this.grounds(pen, window);
      this.painter.paint(pen, this, window);
      this.veil(pen, window);
      this.frames(pen, window);
      if (!plain) this.pointers(pen);
      pen.restore();
      pen.strokeStyle = colors.line;
      pen.lineWidth = 1;
      pen.strokeRect(Math.round(camera.left) - 0.5, Math.round(camera.top) - 0.5, camera.width + 1, camera.height + 1);
      if (plain !== "pictures") parts.writeAll(pen, parts.written(pen, this), colors);
      if (!plain) innerview.stage.trace(pen, this.trace, colors.accent);
    }

    rectangle(row, column) {
      const { wall, camera } = this;
      const box = wall.box(row, column);
      const [x0, y0] = camera.toScreen(box.left, box.top - wall.strip), [x1, y1] = camera.toScreen(box.right, box.bottom);
      return [x0, y0, x1 - x0, y1 - y0];
    }

    /* The tint of a cell says right or wrong; more errors, a stronger tint. */
    grounds(pen, window) {
      const { wall, colors } = this;
      const { right, wrong } = wall.cells;
      wall.eachCell(window, (k, row, column) => {
        const strength = wrong[k] ? 0.35 + 0.65 * (Math.log1p(wrong[k]) / Math.log1p(wall.most)) : 1;
        pen.fillStyle = wrong[k] && !right[k] ? colors["wrong-ground"] : right[k] && !wrong[k] ? colors["right-ground"] : colors.ground;
        pen.globalAlpha = wrong[k] && !right[k] ? strength : 1;
        pen.fillRect(...this.rectangle(row, column));
      });
      pen.globalAlpha = 1;
    }

    /* The cell that the query stands for keeps its colors, the others fade. */
    veil(pen, window) {
      const { cell } = this.props;
      if (!cell) return;
      pen.fillStyle = this.colors.page;
      this.wall.eachCell(window, (k, row, column) => {
        if (row === cell[0] && column === cell[1]) return;
        pen.globalAlpha = 0.62;
        pen.fillRect(...this.rectangle(row, column));
      });
      pen.globalAlpha = 1;
      pen.strokeStyle = this.colors.accent;
      pen.lineWidth = 2;
      pen.strokeRect(...this.rectangle(...cell));
    }

    frames(pen, window) {
      const { wall, camera, colors } = this;
      if (!this.bits || !wall.ids) return;
      const step = camera.scale, line = Math.max(1, Math.min(3, step / 14));
      let count = 0;
      pen.strokeStyle = pen.fillStyle = colors.accent;
      pen.lineWidth = line;
      wall.eachPicture(window, (slot, x, y, side) => {
        if (count > MOST_FRAMES || !this.chosen(wall.ids[slot])) return;
        count += 1;
        const [px, py] = camera.toScreen(x, y), full = side * step;
        if (full >= FRAMED) pen.strokeRect(px + line / 2, py + line / 2, full - line, full - line);
        else {
          pen.globalAlpha = 0.55;
          pen.fillRect(px, py, full, full);
          pen.globalAlpha = 1;
        }
      });
    }

    pointers(pen) {
      const focus = this.wall.slotOf(this.props.focus);
      if (focus !== NOBODY) this.frame(pen, focus, 3, this.colors.focus);
      if (this.hovered.slot !== NOBODY) this.frame(pen, this.hovered.slot, 2, this.colors.text);
      else if (this.hovered.cell >= 0) {
        pen.strokeStyle = this.colors.weak;
        pen.lineWidth = 1.5;
        pen.strokeRect(...this.rectangle(this.hovered.row, this.hovered.column));
      }
    }

    /* A frame around a picture, with the color of the page between, that is seen on any picture. */
    frame(pen, slot, line, color) {
      const { x, y, side } = this.wall.place(slot);
      const [px, py] = this.camera.toScreen(x, y), full = Math.max(6, side * this.camera.scale);
      for (const [width, style] of [[line + 2, this.colors.page], [line, color]]) {
        pen.lineWidth = width;
        pen.strokeStyle = style;
        pen.strokeRect(px - 1, py - 1, full + 2, full + 2);
      }
    }

    destroy() {
      this.hover(-1e6, -1e6); // other maps must not go on pointing at it
      this.dead = true;
      this.painter.clear();
      cancelAnimationFrame(this.request);
      this.unwatch();
      delete innerview.maps[this.key];
    }
  }

  parts.Scene = Scene;
})();
