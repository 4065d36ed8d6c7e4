/* Which rows are checked: the shared selection, and what was clicked since it came.

   Clicks show at once. They are sent one batch after the other, each when the selection has followed the one before:
   two at the same time would both start from the same old selection, and one would be lost. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.table = innerview.table || {});

  const PATIENCE_MS = 5000; // after which an answer is not waited for any longer

  class Choice {
    constructor({ emit, changed }) {
      this.emit = emit;
      this.changed = changed;
      this.url = null;
      this.bits = null;
      this.clicked = new Map(); // index -> whether it should be selected
      this.waiting = 0;
    }

    has(index) {
      const wanted = this.clicked.get(index);
      return wanted === undefined ? this.known(index) : wanted;
    }

    known(index) {
      return innerview.hasBit(this.bits, index);
    }

    toggle(indices, wanted) {
      for (const index of indices) this.clicked.set(index, wanted);
      this.changed();
      this.send();
    }

    send() {
      if (this.waiting) return;
      const open = [...this.clicked].filter(([index, wanted]) => wanted !== this.known(index));
      if (!open.length) {
        this.clicked.clear();
        return;
      }
      const wanted = open[0][1];
      const indices = open.filter((entry) => entry[1] === wanted).map((entry) => entry[0]);
      this.waiting = setTimeout(() => this.answered(), PATIENCE_MS);
      this.emit({ chosen: { indices, mode: wanted ? "add" : "remove", stamp: Date.now() } });
    }

    answered() {
      clearTimeout(this.waiting);
      this.waiting = 0;
      this.send();
    }

    /* The table has gone: nobody is left to be told. */
    stop() {
      clearTimeout(this.waiting);
      this.emit = this.changed = () => null;
    }

    async follow(selection) {
      const url = selection ? selection.url : null;
      if (url === this.url) return;
      this.url = url;
      let bits = null;
      try {
        bits = url ? (await innerview.column(url)).data : null;
      } catch (error) {
        window.console.info("table:", error.message);
      }
      if (url !== this.url) return;
      this.bits = bits;
      for (const [index, wanted] of this.clicked) if (wanted === this.known(index)) this.clicked.delete(index);
      this.changed();
      this.answered();
    }
  }

  parts.Choice = Choice;
})();
