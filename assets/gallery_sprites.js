/* Sheets of small pictures for the gallery: which to ask for, and where on them a sample is. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.gallery = innerview.gallery || {});

  const BLOCK = 128; // samples on a sheet
  const ACROSS = 16; // of them in a row
  const KEPT = 240; // sheets; 128 digits take 0.4 MB when they are unpacked
  const AT_ONCE = 3; // requests

  /* changed(): called when a sheet has come. */
  class Sheets {
    constructor(template, changed) {
      this.template = template;
      this.changed = changed;
      this.sheets = new Map(); // url -> {url, ids, across, down}; the first was used longest ago
      this.places = new Map(); // index -> its sheet's url
      this.loading = new Map(); // url -> Image
      this.failed = new Set();
      this.wanted = [];
    }

    /* {url, column, row, across, down} of a sample, or null as long as its sheet is not there. */
    find(index) {
      const url = this.places.get(index);
      const sheet = url === undefined ? undefined : this.sheets.get(url);
      if (!sheet) return null;
      const place = sheet.at.get(index);
      return { url, column: place % sheet.across, row: Math.floor(place / sheet.across), across: sheet.across, down: sheet.down };
    }

    /* Ask for what the rows from `first` to `last` (not included) still lack, and forget older wishes.
       A sheet holds a fixed block of the rows, so that the browser finds it again; who was taken out or
       moved keeps the sheet that is here already. */
    need(rows, first, last) {
      this.wanted = [];
      for (let block = Math.floor(first / BLOCK); block * BLOCK < last; block++) {
        const from = block * BLOCK, to = Math.min(from + BLOCK, rows.length);
        let lacks = false;
        for (let at = Math.max(from, first); at < Math.min(to, last); at++) {
          const sheet = this.sheets.get(this.places.get(rows[at]));
          if (!sheet) lacks = true;
          else this.touch(sheet);
        }
        if (!lacks) continue;
        const ids = Array.from(rows.subarray(from, to));
        const url = this.template.replace("{ids}", ids.join(","));
        if (!this.loading.has(url) && !this.failed.has(url)) this.wanted.push({ url, ids });
      }
      this.next();
    }

    get busy() {
      return this.loading.size > 0 || this.wanted.length > 0;
    }

    touch(sheet) {
      this.sheets.delete(sheet.url);
      this.sheets.set(sheet.url, sheet);
    }

    next() {
      while (this.wanted.length && this.loading.size < AT_ONCE) {
        const { url, ids } = this.wanted.shift();
        if (this.loading.has(url)) continue;
        const image = new Image();
        this.loading.set(url, image);
        image.onload = () => this.keep(url, ids);
        image.onerror = () => {
          this.failed.add(url);
          this.done(url);
        };
        image.src = url;
      }
    }

    keep(url, ids) {
      const across = Math.min(ids.length, ACROSS);
      const at = new Map();
      ids.forEach((index, place) => {
        at.set(index, place);
        this.places.set(index, url);
      });
      this.sheets.set(url, { url, at, across, down: Math.ceil(ids.length / across), image: this.loading.get(url) });
      for (const [old, sheet] of this.sheets) {
        if (this.sheets.size <= KEPT) break;
        this.sheets.delete(old);
        for (const index of sheet.at.keys()) if (this.places.get(index) === old) this.places.delete(index);
      }
      this.done(url);
    }

    done(url) {
      this.loading.delete(url);
      this.next();
      this.changed();
    }

    /* Ask for nothing more, and tell nobody of what is on its way. */
    stop() {
      this.wanted = [];
      this.changed = () => null;
    }

    retry() {
      this.failed.clear();
    }
  }

  parts.Sheets = Sheets;
})();
