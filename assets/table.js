/* The table: a Dash component around ag-grid, whose scripts are fetched when the first table is drawn.

   ag-grid comes as Dash's own wrapper brings it, but rows, sorting and filtering are wired here (table_rows.js): blocks
   come by URL and several at once, where Dash would pass them one by one through its store. Props are documented in
   layouts/kit/table.py. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.table = innerview.table || {});

  const BLOCK = 100; // rows in a request
  const GRID = "iv-table-grid";
  const SCRIPT = "ag-grid/dash_ag_grid.min.js", SECOND = "ag-grid/async-community.js";
  const OPTIONS = {
    theme: { function: "themeQuartz" },
    rowHeight: 40,
    headerHeight: 38,
    cacheBlockSize: BLOCK,
    maxBlocksInCache: 30,
    infiniteInitialRowCount: 1,
    maxConcurrentDatasourceRequests: 2,
    blockLoadDebounceMillis: 25,
    rowBuffer: 6,
    animateRows: false,
    suppressMultiSort: true,
    suppressMovableColumns: true,
    suppressNoRowsOverlay: true,
    suppressColumnVirtualisation: false,
    tooltipShowDelay: 500,
  };

  let library = null;

  /* -> Promise of ag-grid's wrapper for React. */
  function load() {
    if (!library) {
      library = new Promise((resolve, reject) => {
        fetch(SECOND).catch(() => null); // into the browser's cache: the first script asks for it only when it draws
        const script = document.createElement("script");
        script.src = SCRIPT;
        script.onload = () => resolve(window.dash_ag_grid);
        script.onerror = () => {
          library = null;
          reject(new Error("ag-grid could not be loaded; is dash-ag-grid installed on the server?"));
        };
        document.head.append(script);
      });
    }
    return library;
  }

  function Table(props) {
    const { createElement: h, useEffect, useMemo, useReducer, useRef, useState } = window.React;
    const latest = useRef(props);
    const [, refresh] = useReducer((count) => count + 1, 0);
    const [grid, setGrid] = useState(null);
    const [problem, setProblem] = useState("");
    const [rows] = useState(() => new parts.Rows({
      emit: (changes) => latest.current.setProps(changes),
      changed: () => refresh(),
    }));
    latest.current = props;

    useEffect(() => {
      let here = true;
      innerview.maps = innerview.maps || {};
      innerview.maps.table = rows;
      load().then(
        (found) => {
          if (here) setGrid(() => found.AgGrid);
        },
        (error) => here && setProblem(error.message)
      );
      return () => {
        here = false;
        rows.stop();
        delete innerview.maps.table;
      };
    }, []);

    useEffect(() => rows.update(props));

    // The wrapper puts a source of its own into the grid; when that is asked for rows, ours can take its place.
    const element = useMemo(
      () => grid && h(grid, {
        id: GRID, rowModelType: "infinite", columnDefs: [], style: { height: "100%" }, filterModel: null,
        defaultColDef: { sortable: true, resizable: true, suppressHeaderMenuButton: true }, dashGridOptions: OPTIONS,
        setProps: ({ getRowsRequest: first }) => first && !rows.api && setTimeout(() => rows.attach(first.api), 0),
      }),
      [grid]
    );

    const { answer } = rows;
    const error = problem || (rows.broken ? rows.error : "");
    return h(
      "div",
      { className: "iv-table" },
      h("div", { className: "iv-table-frame", "aria-busy": !answer },
        element,
        !answer && h("div", { className: "iv-table-note", role: "status" },
          !props.rows ? "Waiting for the dataset" : rows.error && !rows.broken ? "No rows yet" : error ? "" : "Loading the samples…"),
        answer && answer.count === 0 && h("div", { className: "iv-table-note" },
          `0 of ${answer.total.toLocaleString("en-US")} samples match. Widen the query above, or take a filter away.`)),
      error && h("div", { className: "failed", role: "alert" }, error, " ",
        h("button", { type: "button", className: "outline", onClick: () => rows.retry() }, "Try again")),
      h(Jumps, { rows, count: answer ? answer.count : 0, total: answer ? answer.total : 0 })
    );
  }

  /* Two fields below the table: to a row of it, and to the row of a sample. */
  function Jumps({ rows, count, total }) {
    const { createElement: h, useState } = window.React;
    const [said, say] = useState("");

    async function jump(event, kind) {
      event.preventDefault();
      const given = new FormData(event.target).get(kind).replaceAll(/[,\s]/g, "");
      const number = /^\d{1,11}$/.test(given) ? Number(given) : -1;
      if (kind === "row") {
        if (number < 1 || number > count) return say(`Rows go from 1 to ${count.toLocaleString("en-US")}`);
        say("");
        return rows.goTo(number - 1);
      }
      if (number < 0 || number >= total) return say(`Samples go from 0 to ${(total - 1).toLocaleString("en-US")}`);
      const position = await rows.seek(number);
      if (position === undefined || position < 0) return say(`Sample ${number.toLocaleString("en-US")} is not among these rows`);
      say(`Sample ${number.toLocaleString("en-US")} is row ${(position + 1).toLocaleString("en-US")}`);
      return rows.goTo(position);
    }

    const field = (kind, label, hint) =>
      h("form", { onSubmit: (event) => jump(event, kind) },
        h("label", null, label, h("input", { name: kind, inputMode: "numeric", autoComplete: "off", title: hint, className: "form-control form-control-sm" })));

    return h("div", { className: "iv-table-jumps" },
      field("row", "Go to row", "A row of this table, counted from 1; Enter goes there"),
      field("sample", "Go to sample", "A sample by its index, counted from 0; Enter goes to its row"),
      h("span", { role: "status" }, said),
      h("span", { className: "iv-table-keys" }, "Click or Enter: look at it · Space: select · arrows: move · head: sort, filter"));
  }

  // Whoever comes to the table by a link or reload need not wait for the page's layout first.
  if (window.innerview.path() === "/table" && window.React) load().catch(() => null);

  parts.BLOCK = BLOCK;
  innerview.Table = Table;
})();
