/* The rows behind the table: blocks by URL, for ag-grid's infinite row model.

   A new view (query, filters, sort, columns) is asked for its first rows before anything on the screen changes. Only when
   these are there does the table follow; a query that cannot be understood leaves it as it was. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.table = innerview.table || {});

  const PATIENCE_MS = 4000; // for the view to follow a click on a head

  class Rows {
    constructor({ emit, changed }) {
      this.emit = emit;
      this.changed = changed;
      this.api = null;
      this.props = { columns: [] };
      this.asked = ""; // what was asked for last
      this.url = ""; // what is shown
      this.answer = null; // the first block of what is shown, with count, total, sort and shown
      this.error = "";
      this.wish = null; // a click on a head that the view has not followed yet
      this.loading = 0;
      this.definitions = "";
      this.focus = null;
      this.choice = new parts.Choice({ emit, changed: () => this.repaint() });
    }

    // -- from Dash ---------------------------------------------------------------------------

    update(props) {
      this.props = props;
      this.choice.follow(props.selection);
      if (props.focus !== this.focus) {
        const old = this.focus;
        this.focus = props.focus;
        this.repaint((data) => data.index === old || data.index === this.focus);
      }
      const asked = props.rows ? this.address(props.view) + `#${props.version}` : "";
      if (asked && asked !== this.asked) {
        this.asked = asked;
        this.load(asked);
      }
      this.fitFilters();
    }

    address(view) {
      const given = Object.entries(view || {}).filter((pair) => pair[1]);
      return `${this.props.rows}?${new URLSearchParams(given)}`;
    }

    picture(index) {
      return this.props.images.replace("{index}", index);
    }

    // -- a view ------------------------------------------------------------------------------

    async load(asked) {
      const url = asked.slice(0, asked.lastIndexOf("#"));
      this.loading += 1;
      let answer;
      try {
        answer = await this.fetch(url, 0, parts.BLOCK);
      } catch (error) {
        answer = { error: `The rows could not be loaded: ${error.message}`, broken: true };
      }
      this.loading -= 1;
      if (asked !== this.asked) return;
      this.error = answer.error || "";
      this.broken = Boolean(answer.broken);
      if (answer.error) {
        if (answer.broken) this.asked = ""; // so that trying again is another try
        this.release();
      } else {
        const same = url === this.url && this.answer && this.answer.count === answer.count;
        this.url = url;
        this.answer = answer;
        this.show(same);
      }
      this.changed();
    }

    retry() {
      this.update(this.props);
    }

    /* What is shown follows the answer; `same` rows stay where they are, with what has come since. */
    show(same) {
      if (!this.api || !this.answer) return;
      const definitions = JSON.stringify([this.props.columns, this.answer.shown]);
      this.wish = null;
      if (definitions !== this.definitions) {
        this.definitions = definitions;
        this.quiet(() => this.api.setGridOption("columnDefs", parts.columns(this.props.columns, this.answer.shown, this)));
      }
      this.fitSort();
      this.fitFilters();
      if (same) this.api.refreshInfiniteCache();
      else this.begin();
    }

    /* Rows from the top. A new source, because purging the cache keeps an old count of zero. */
    begin() {
      if (this.api.getDisplayedRowCount() > 0) this.api.ensureIndexVisible(0, "top");
      this.api.setGridOption("datasource", { getRows: (params) => this.block(params) });
    }

    async block(params) {
      if (this.wish) return params.failCallback(); // another view is on its way
      const { url, answer } = this;
      if (params.startRow === 0 && answer) return params.successCallback(records(answer), answer.count);
      this.loading += 1;
      try {
        const found = await this.fetch(url, params.startRow, params.endRow);
        if (url !== this.url || found.error) params.failCallback();
        else params.successCallback(records(found), found.count);
      } catch (error) {
        params.failCallback();
        this.error = `The rows could not be loaded: ${error.message}`;
        this.broken = true;
        this.changed();
      } finally {
        this.loading -= 1;
      }
      return undefined;
    }

    async fetch(url, start, stop, seek = -1) {
      const more = new URLSearchParams({ start, stop, ...(seek >= 0 ? { seek } : {}) });
      const answer = await fetch(`${url}${url.endsWith("?") ? "" : "&"}${more}`);
      if (answer.status !== 200) throw new Error(`the server answered ${answer.status}; reload the page`);
      return answer.json();
    }

    /* The table has gone: nothing is emitted or drawn any more. */
    stop() {
      this.stopped = true;
      this.api = this.wish = null;
      this.asked = this.url = "";
      this.emit = this.changed = () => null;
      this.choice.stop();
    }

    // -- from ag-grid ------------------------------------------------------------------------

    attach(api) {
      if (this.stopped) return;
      this.api = api;
      api.addEventListener("sortChanged", (event) => this.sort(event));
      api.addEventListener("filterChanged", () => this.filter());
      api.addEventListener("cellClicked", (event) => this.act(event, event.column.getColId() === parts.CHECK));
      api.addEventListener("cellKeyDown", (event) => {
        const key = event.event.key;
        if (key !== " " && key !== "Enter") return;
        event.event.preventDefault();
        this.act(event, key === " ");
      });
      api.addEventListener("modelUpdated", this.changed);
      api.setGridOption("rowClassRules", {
        "table-loading": (params) => !params.data,
        "table-focus": (params) => Boolean(params.data) && params.data.index === this.focus,
        "table-chosen": (params) => Boolean(params.data) && this.choice.has(params.data.index),
      });
      this.show(false);
      this.changed();
    }

    act({ data, event, rowIndex }, isCheck) {
      if (!data) return;
      if (!isCheck) return this.emit({ clicked: { index: data.index, stamp: Date.now() } });
      const wanted = !this.choice.has(data.index);
      const range = event.shiftKey && this.last !== undefined ? this.between(this.last, rowIndex) : [data.index];
      this.last = rowIndex;
      return this.choice.toggle(range, wanted);
    }

    /* The samples between two rows, of those that are loaded. */
    between(one, other) {
      const found = [];
      for (let row = Math.min(one, other); row <= Math.max(one, other); row += 1) {
        const node = this.api.getDisplayedRowAtIndex(row);
        if (node && node.data) found.push(node.data.index);
      }
      return found;
    }

    sort(event) {
      if (this.still || event.source === "api" || event.source === "gridOptionsChanged") return;
      this.hold();
      this.emit({ sorted: { sort: this.sorted, stamp: Date.now() } });
    }

    /* What the heads say: a column, after a "-" if descending, or "". */
    get sorted() {
      const column = this.api.getColumnState().find((entry) => entry.sort);
      return column ? (column.sort === "desc" ? "-" : "") + column.colId : "";
    }

    fitSort() {
      const { sort } = this.answer;
      if (this.sorted === sort) return;
      const state = [{ colId: sort.replace(/^-/, ""), sort: sort.startsWith("-") ? "desc" : "asc" }];
      this.quiet(() => this.api.applyColumnState({ state, defaultState: { sort: null } }));
    }

    filter() {
      if (this.still) return;
      this.hold();
      this.emit({ filtered: { model: this.api.getFilterModel(), stamp: Date.now() } });
    }

    /* ag-grid has thrown its rows away: it gets new ones when the view has followed, or the old ones. */
    hold() {
      const wish = (this.wish = {});
      setTimeout(() => wish === this.wish && this.release(), PATIENCE_MS);
    }

    release() {
      if (!this.wish || !this.api) return;
      this.wish = null;
      this.show(false);
    }

    /* The heads' filters as the state has them, so that a reload shows them there too. */
    fitFilters() {
      if (!this.api || this.wish || !this.answer) return;
      const model = this.props.model || {};
      const visible = Object.fromEntries(Object.entries(model).filter(([name]) => this.api.getColumn(name)));
      if (text(this.api.getFilterModel()) !== text(visible)) this.quiet(() => this.api.setFilterModel(visible));
    }

    quiet(work) {
      this.still = true;
      try {
        work();
      } finally {
        setTimeout(() => { this.still = false; }, 0);
      }
    }

    repaint(which = () => true) {
      if (!this.api) return;
      const nodes = this.api.getRenderedNodes().filter((node) => node.data && which(node.data));
      if (nodes.length) this.api.redrawRows({ rowNodes: nodes });
    }

    // -- jumps -------------------------------------------------------------------------------

    goTo(row) {
      this.api.ensureIndexVisible(row, "middle");
      const column = this.api.getAllDisplayedColumns()[2] || this.api.getAllDisplayedColumns()[0];
      this.api.setFocusedCell(row, column);
    }

    /* -> the row of a sample, or -1 if it is not among the rows. */
    async seek(index) {
      return (await this.fetch(this.url, 0, 0, index)).position;
    }

    get ready() {
      if (!this.props.rows) return true;
      if (this.loading || this.wish || !this.api) return false;
      if (!this.answer) return Boolean(this.error);
      return !document.querySelector(".iv-table .table-loading") && (this.answer.count === 0 || Boolean(document.querySelector(".iv-table .ag-row")));
    }
  }

  const text = (model) => JSON.stringify(Object.entries(model).sort());

  function records(answer) {
    const names = Object.keys(answer.values);
    return answer.index.map((index, i) => ({
      index,
      truth: answer.truth.length ? answer.truth[i] : -1,
      waiting: answer.waiting,
      values: Object.fromEntries(names.map((name) => [name, answer.values[name][i]])),
    }));
  }

  parts.Rows = Rows;
})();
