/* The wall of pictures as the server laid it out: which cell and which picture is where. Arithmetic only.

   The unit is the side of the smallest picture; x goes right, y goes down. Cells come row by row, their pictures
   one after the other in `ids`. See workspace/mosaic.py, whose words these are. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const NOBODY = -1;

  /* The last place in an ascending list that is not beyond a value; -1 before the first. */
  function before(list, value) {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  class Wall {
    /* source: the prop it came by, with the addresses of its samples and tiles; a newer one may be on its way. */
    constructor(layout, source) {
      Object.assign(this, layout, { source });
      [this.width, this.height] = layout.size;
      const { row, shown } = this.cells;
      this.across = layout.columns.labels.length;
      this.table = new Int32Array(layout.rows.labels.length * this.across).fill(-1);
      this.begin = new Int32Array(row.length + 1);
      row.forEach((r, k) => {
        this.table[r * this.across + this.cells.column[k]] = k;
        this.begin[k + 1] = this.begin[k] + shown[k];
      });
      this.most = Math.max(1, ...this.cells.wrong);
      this.ids = null; // Int32Array once it is there
      this.slots = null; // sample -> slot, -1 for those that are not shown
    }

    setIds(ids) {
      this.ids = ids;
      this.slots = new Map();
      ids.forEach((index, slot) => this.slots.set(index, slot));
    }

    side(k) {
      return this.cells.side.length ? this.cells.side[k] : 1;
    }

    /* {left, top, right, bottom} of a cell's pictures; the strip lies above. */
    box(row, column) {
      const left = this.columns.start[column], top = this.rows.start[row];
      return { left, top, right: left + this.columns.extent[column], bottom: top + this.rows.extent[row] };
    }

    cell(row, column) {
      return row < 0 || column < 0 ? -1 : this.table[row * this.across + column];
    }

    /* {row, column, cell, slot} at a place: row and column are -1 between cells, slot is -1 beside a picture. */
    at(x, y) {
      const column = this.within(this.columns, x, 0), row = this.within(this.rows, y, this.strip);
      const cell = this.cell(row, column);
      const found = { row, column, cell, slot: NOBODY };
      if (cell < 0) return found;
      const { left, top } = this.box(row, column), side = this.side(cell), wide = this.cells.across[cell];
      const right = Math.floor((x - left) / side), down = Math.floor((y - top) / side);
      const place = down * wide + right;
      if (right >= 0 && down >= 0 && right < wide && place < this.cells.shown[cell]) found.slot = this.begin[cell] + place;
      return found;
    }

    within(axis, value, strip) {
      const k = before(axis.start, value + strip);
      return k >= 0 && value < axis.start[k] + axis.extent[k] ? k : -1;
    }

    index(slot) {
      return slot < 0 || !this.ids ? NOBODY : this.ids[slot];
    }

    slotOf(index) {
      const slot = this.slots && this.slots.get(index);
      return slot === undefined || slot === null ? NOBODY : slot;
    }

    /* {x, y, side} of a picture. */
    place(slot) {
      const cell = before(this.begin, slot), inner = slot - this.begin[cell];
      const { left, top } = this.box(this.cells.row[cell], this.cells.column[cell]);
      const side = this.side(cell), wide = this.cells.across[cell];
      return { x: left + (inner % wide) * side, y: top + Math.floor(inner / wide) * side, side };
    }

    /* Rows and columns that a window of the wall touches: [first, end) each. */
    span({ left, top, right, bottom }) {
      const rows = [Math.max(0, before(this.rows.start, top)), before(this.rows.start, bottom + this.strip) + 1];
      const columns = [Math.max(0, before(this.columns.start, left)), before(this.columns.start, right) + 1];
      return { rows, columns };
    }

    /* visit(k, row, column) for every cell with samples that a window touches. */
    eachCell(window, visit) {
      const { rows, columns } = this.span(window);
      for (let row = rows[0]; row < rows[1]; row++) {
        for (let column = columns[0]; column < columns[1]; column++) {
          const k = this.cell(row, column);
          if (k >= 0) visit(k, row, column);
        }
      }
    }

    /* visit(slot, x, y, side) for every picture that a window touches. */
    eachPicture(window, visit) {
      this.eachCell(window, (k, row, column) => {
        const { left, top } = this.box(row, column), side = this.side(k), wide = this.cells.across[k];
        const n = this.cells.shown[k];
        const first = Math.max(0, Math.floor((window.left - left) / side)), last = Math.min(wide - 1, Math.floor((window.right - left) / side));
        const above = Math.max(0, Math.floor((window.top - top) / side)), below = Math.min(Math.ceil(n / wide) - 1, Math.floor((window.bottom - top) / side));
        for (let down = above; down <= below; down++) {
          for (let right = first; right <= last; right++) {
            const place = down * wide + right;
            if (place < n) visit(this.begin[k] + place, left + right * side, top + down * side, side);
          }
        }
      });
    }

    /* Whether a window has a picture in it: tiles without any are never asked for. */
    has(window) {
      let found = false;
      this.eachCell(window, (k, row, column) => {
        if (found || !this.cells.shown[k]) return;
        const { left, top } = this.box(row, column), side = this.side(k), wide = this.cells.across[k];
        const right = left + Math.min(wide, this.cells.shown[k]) * side;
        const bottom = top + Math.ceil(this.cells.shown[k] / wide) * side;
        found = left < window.right && right > window.left && top < window.bottom && bottom > window.top;
      });
      return found;
    }
  }

  parts.Wall = Wall;
})();
