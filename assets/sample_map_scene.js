/* One sample map without its buttons: what is loaded, what is drawn, what is selected.

   The component hands in props; columns arrive by URL in any order; everything that one change needs is
   waited for and then shown in one frame. What a person does comes back through emit(props). */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const GLIDE = 600; // ms
  const VIEW_REST = 300; // ms without movement until the view is told
  const { NOBODY } = parts;
  const COLUMNS = { positions: "positions", color: "colors", size: "sizes", selection: "selection", shown: "query's samples", lines: "lines" };
  const BITS = ["selection", "shown"]; // columns of one bit a sample

  const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const address = (prop) => (prop && prop.url) || null;

  class Scene {
    /* emit(props) tells Dash, changed() redraws the buttons, pointed() moves the hover card.
       Throws when the browser has no WebGL2. */
    constructor({ key, stage, canvas, overlay, emit, changed, pointed }) {
      Object.assign(this, { key, stage, canvas, emit, changed, pointed });
      this.overlay = new parts.Overlay(overlay, () => this.schedule(false));
      this.camera = new parts.Camera();
      this.measure(); // before the painter comes: a context whose canvas changes its size begins anew
      this.painter = new parts.Painter(canvas);
      this.props = {};
      this.raw = {}; // columns as they came
      this.used = { url: null }; // columns and props behind what is on the screen
      this.waiting = new Map(); // column -> ticket of its request
      this.errors = {};
      this.facts = [];
      this.n = this.drawn = this.visible = this.selectedShown = 0;
      this.hovered = this.linked = this.focus = NOBODY;
      this.shown = null; // who has a place, matches the query and is not hidden
      this.lassoMs = null;
      this.dotScale = 1;
      this.pictureMode = false;
      this.toldView = null; // the view that the props have, or will have as soon as Dash answers
      this.theme = parts.theme(stage);
      this.unwatch = parts.watch(this);
      innerview.maps[key] = parts.report(this);
    }

    // ---- props and columns ------------------------------------------------------------------------

    update(props) {
      const last = this.props;
      this.props = props;
      for (const name of Object.keys(COLUMNS)) {
        if (address(props[name]) !== address(last[name])) this.load(name);
      }
      if ((props.focus ?? null) !== (last.focus ?? null)) this.look(props.focus ?? NOBODY);
      if (!same(props.view, this.toldView)) {
        this.toldView = props.view ?? null;
        this.askedView = true; // together with new positions it belongs to those
        if (this.grid && !this.waiting.has("positions")) this.show(props.view);
      }
      if (!same(props.facts, last.facts)) this.loadFacts(props.facts || []);
      this.assemble();
      this.schedule(false);
    }

    load(name) {
      const url = address(this.props[name]);
      const ticket = {};
      delete this.errors[name];
      this.raw[name] = null;
      this.waiting.delete(name);
      if (!url && name === "positions") this.grid = this.shown = null;
      if (!url) return;
      this.waiting.set(name, ticket);
      innerview.ready = false;
      const finish = (column, error) => {
        if (this.dead || this.waiting.get(name) !== ticket) return; // the person has gone on to another one
        this.waiting.delete(name);
        if (error) this.errors[name] = `The ${COLUMNS[name]} could not be read: ${error.message}.`;
        this.raw[name] = column;
        this.assemble();
        this.changed();
      };
      innerview.column(url).then((column) => finish(column, null), (error) => finish(null, error));
    }

    retry() {
      for (const name of Object.keys(this.errors)) this.load(name);
      this.changed();
    }

    loadFacts(wanted) {
      const ticket = (this.factsTicket = {});
      Promise.all(wanted.map((fact) => innerview.column(fact.url).catch(() => null))).then((columns) => {
        if (this.factsTicket !== ticket) return;
        this.facts = wanted.map((fact, k) => ({ ...fact, values: columns[k] && columns[k].data }));
        this.pointed();
      });
    }

    /* Bring the screen up to the props, once all columns they name are there. */
    assemble() {
      if (this.waiting.size || this.dead) return;
      const { props, raw, used } = this;
      const moved = Boolean(raw.positions) && (raw.positions !== used.positions || !this.grid);
      const resized = moved && raw.positions.shape[0] !== this.n;
      if (moved) this.settle(raw.positions.data);
      if (!this.grid) return;
      const sieved = moved || (raw.shown || null) !== (used.shown || null);
      if (sieved) this.sieve();
      const dyed = sieved || raw.color !== used.color || !same(props.color, used.colorProp);
      const grown = moved || raw.size !== used.size || !same(props.size, used.sizeProp);
      if (dyed) this.dye();
      if (grown) this.sizes = this.fits("size") ? parts.sizing(props.size, raw.size.data, this.n) : null;
      if (dyed || grown) this.painter.looks(this.looks());
      const piled = dyed || grown || props.front !== used.front;
      if (piled) this.levels = parts.levels(props.front, this.color, this.coloring.tones, this.sizes);
      if (sieved && this.hovered !== NOBODY && !this.shown[this.hovered]) this.hover(NOBODY);
      const tied = moved || (raw.lines || null) !== (used.lines || null);
      if (tied) {
        this.ends = this.fits("lines") ? raw.lines.data : null;
        this.schedule(false);
      }
      const chose = resized || (raw.selection || null) !== (used.selection || null);
      if (chose) {
        this.selected = this.fits("selection") ? this.unpack(raw.selection.data) : null;
        this.ahead = false;
      }
      if (piled || sieved || chose) this.arrange();
      const url = raw.positions ? address(props.positions) : used.url;
      this.used = { ...raw, url, colorProp: props.color, sizeProp: props.size, front: props.front };
    }

    fits(name) {
      const column = this.raw[name];
      if (!column) return false;
      const rows = BITS.includes(name) ? Math.ceil(this.n / 8) : this.n;
      if (column.shape[0] === rows) return true;
      this.errors[name] = `The ${COLUMNS[name]} have ${column.shape[0]} rows where ${rows} are needed.`;
      return false;
    }

    settle(positions) {
      const n = positions.length / 2;
      const glides = this.drawn && this.n === n && !innerview.stage.calm();
      let from = null;
      if (glides) {
        // A point that had no place yet starts where it belongs.
        from = this.positions.map((value, k) => (Number.isFinite(value) ? value : positions[k]));
        this.glide = { lens: this.camera.lens(), start: performance.now(), moved: 0 };
        this.overlay.placed = [];
      }
      Object.assign(this, { n, positions, grid: new parts.Grid(positions) });
      this.painter.places(positions, from);
      this.axes = this.props.axes || null; // of these positions, whatever is asked for while others are on their way
      this.camera.bounds = this.axes ? parts.roomFor(this.axes) : parts.framed(this.grid, this.props.marks);
      this.show(this.askedView ? this.props.view : null);
      if (!this.askedView && this.toldView) this.tellView();
      this.askedView = false;
      this.hover(NOBODY);
    }

    dye() {
      const { props, raw } = this;
      this.color = this.fits("color") ? props.color : null;
      this.coloring = parts.coloring(this.color, raw.color && raw.color.data, this.shown);
      this.paintPalette();
    }

    /* Four bytes a point: tone, tone, size, unused. */
    looks() {
      const bytes = new Uint8Array(4 * this.n);
      const { tones } = this.coloring;
      for (let i = 0; i < this.n; i++) {
        bytes[4 * i] = tones[i] & 255;
        bytes[4 * i + 1] = tones[i] >> 8;
        bytes[4 * i + 2] = this.sizes ? this.sizes[i] : 0;
      }
      return bytes;
    }

    /* Leave those out that the query leaves out, or that are hidden. */
    sieve() {
      const bits = this.fits("shown") ? this.raw.shown.data : null;
      this.shown = this.grid.isPlaced.slice();
      if (bits) for (let i = 0; i < this.n; i++) this.shown[i] &= bits[i >> 3] >> (i & 7);
      this.visible = this.shown.reduce((sum, bit) => sum + bit, 0);
    }

    unpack(bits) {
      const mask = new Uint8Array(this.n);
      for (let i = 0; i < this.n; i++) mask[i] = (bits[i >> 3] >> (i & 7)) & 1;
      return mask;
    }

    arrange() {
      const { order, rest } = parts.drawingOrder(this.shown, this.selected, this.levels);
      this.painter.sequence(order, rest);
      this.selectedShown = order.length - rest;
      this.schedule(true);
      this.changed();
    }

    // ---- drawing ----------------------------------------------------------------------------------

    measure() {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const ratio = window.devicePixelRatio || 1;
      if (width === this.camera.width && height === this.camera.height && ratio === this.pixelRatio) return;
      Object.assign(this.camera, { width, height });
      this.pixelRatio = ratio;
      for (const canvas of [this.canvas, this.overlay.canvas]) {
        canvas.width = Math.max(1, Math.round(width * ratio));
        canvas.height = Math.max(1, Math.round(height * ratio));
      }
      this.overlay.stale = true;
      if (this.drawn) this.paint(true); // a resized canvas is empty: draw before the browser shows it
      else this.schedule(true);
    }

    repaint() {
      this.theme = parts.theme(this.stage);
      if (this.coloring) this.paintPalette();
      this.schedule(true);
      this.changed();
    }

    paintPalette() {
      this.palette = parts.palette(this.color, this.theme.name, this.theme.colors.accent);
      this.painter.colors(this.palette);
    }

    cssColor(index) {
      const at = 4 * this.coloring.tones[index];
      return `rgb(${this.palette[at]}, ${this.palette[at + 1]}, ${this.palette[at + 2]})`;
    }

    /* Of a plain dot, in pixels: smaller where many must share the stage, growing slowly with the zoom. */
    radius() {
      const { width, height, zoom } = this.camera;
      const room = Math.sqrt((width * height) / Math.max(this.visible, 1));
      const near = Math.max(0.8, Math.min(2.6, zoom ** 0.35));
      const most = this.sizes ? 3.5 : 5; // a sized dot may become more than twice as wide
      return Math.min(12, Math.max(1.5, Math.min(most, 0.3 * room)) * near * this.dotScale);
    }

    dotRadius(index) {
      return this.sizes ? parts.sized(this.radius(), this.sizes[index] / 255) : this.radius();
    }

    /* points: the points have changed, not only what lies over them. */
    schedule(points) {
      this.stalePoints = this.stalePoints || points;
      if (points) this.overlay.stale = true;
      if (this.request || this.dead) return;
      this.request = requestAnimationFrame(() => {
        this.request = 0;
        this.paint(false);
      });
    }

    paint(points) {
      const { camera, theme } = this;
      if (this.dead || this.lost || !this.shown || !camera.width || !camera.height) return;
      if (this.glide) {
        const share = Math.min(1, (performance.now() - this.glide.start) / GLIDE);
        this.glide.moved = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
        if (share === 1) this.glide = null;
        this.schedule(true);
      }
      if (points || this.stalePoints) {
        this.stalePoints = Boolean(this.glide);
        this.painter.draw({
          width: camera.width, height: camera.height, pixelRatio: this.pixelRatio, radius: this.radius(),
          here: camera.lens(), before: this.glide && this.glide.lens, moved: this.glide ? this.glide.moved : 1,
          sized: Boolean(this.sizes), page: theme.inks[0], text: theme.inks[1],
        });
        this.drawn++;
        innerview.drawn++;
        if (this.drawn === 1) this.changed();
      }
      this.overlay.draw(this);
      parts.announce();
    }

    // ---- looking around ---------------------------------------------------------------------------

    show(view) {
      this.camera.show(view);
      this.turn();
    }

    /* A movement of the person's: change(camera). */
    move(change) {
      if (!this.grid) return;
      change(this.camera);
      this.turn();
      this.tellView();
      const { together } = this.props;
      if (!together) return;
      const detail = { together, source: this.key, view: this.camera.view() };
      window.dispatchEvent(new CustomEvent("innerview:view", { detail }));
    }

    /* Another map has moved. */
    follow({ together, source, view }) {
      if (source === this.key || together !== this.props.together || !this.grid) return;
      this.show(view);
      this.tellView();
    }

    zoom(factor) {
      this.move((camera) => camera.zoomAt(camera.width / 2, camera.height / 2, factor));
    }

    reset() {
      this.move((camera) => camera.show(null));
    }

    turn() {
      this.schedule(true);
      this.pointed();
    }

    tellView() {
      clearTimeout(this.telling);
      this.telling = setTimeout(() => {
        const view = this.camera.view();
        if (same(view, this.toldView)) return;
        this.toldView = view;
        this.emit({ view });
      }, VIEW_REST);
    }

    destroy() {
      this.hover(NOBODY);
      this.dead = true;
      clearTimeout(this.telling);
      cancelAnimationFrame(this.request);
      this.unwatch();
      this.overlay.pictures.clear();
      this.painter.destroy();
      delete innerview.maps[this.key];
    }
  }

  Object.assign(Scene.prototype, parts.picking);
  parts.Scene = Scene;
})();
