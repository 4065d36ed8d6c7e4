/* The table's columns: how values are written, sorted and filtered. Functions only, nothing that ag-grid would have
   to make out of text: the page's policy forbids that. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.table = innerview.table || {});

  const CHECK = "iv-check", PICTURE = "iv-picture";
  const NUMBERS = ["equals", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "inRange", "blank", "notBlank"];
  const TEXTS = ["equals", "notEqual", "contains", "notContains", "startsWith", "endsWith", "blank", "notBlank"];
  const SETS = ["contains", "notContains", "startsWith", "blank", "notBlank"];
  const NONE = "–";

  /* -> the definitions of the columns that are shown, as ag-grid takes them. */
  function columns(known, shown, table) {
    const byName = new Map(known.map((column) => [column.name, column]));
    return [
      {
        colId: CHECK, headerName: "", headerTooltip: "Selected, here and on every other page", width: 42, pinned: "left", sortable: false,
        resizable: false, cellRenderer: Check, cellRendererParams: { table }, cellClass: "table-check", valueGetter: () => "",
      },
      {
        colId: PICTURE, headerName: "", width: 52, pinned: "left", sortable: false, resizable: false, cellRenderer: Picture,
        cellRendererParams: { table }, cellClass: "table-picture", valueGetter: (p) => (p.data ? p.data.index : null),
      },
      ...shown.filter((name) => byName.has(name)).map((name) => column(byName.get(name))),
    ];
  }

  function column(about) {
    const number = about.kind === "number";
    const first = number && about.name !== "index" ? ["desc", "asc"] : ["asc", "desc"];
    const write = writer(about);
    return {
      colId: about.name,
      headerName: about.title,
      headerTooltip: about.description,
      sortingOrder: about.name === "loss" ? first : [...first, null], // without any other, it is by loss
      headerClass: number ? "ag-right-aligned-header" : undefined,
      flex: 1,
      minWidth: Math.max(about.kind === "text" || about.kind === "set" ? 140 : 92, Math.min(about.title.length, 24) * 8 + 46),
      valueGetter: (p) => (p.data ? p.data.values[about.name] : undefined),
      valueFormatter: (p) => (p.data ? (p.data.waiting.includes(about.name) ? "…" : write(p.value, p.data)) : ""),
      tooltipValueGetter: about.kind === "text" || about.kind === "set" ? (p) => p.value : number ? (p) => exact(p.value) : undefined,
      cellClass: number ? "ag-right-aligned-cell" : undefined,
      cellClassRules: { "table-wrong": (p) => marked(about, p.data), "table-none": (p) => p.data && missing(about, p.value) },
      ...filter(about),
    };
  }

  function filter(about) {
    const common = { buttons: ["reset", "apply"], closeOnApply: true, maxNumConditions: 2 };
    if (about.kind === "number") {
      return { filter: "agNumberColumnFilter", filterParams: { ...common, filterOptions: NUMBERS, inRangeInclusive: true } };
    }
    if (about.kind === "set") return { filter: "agTextColumnFilter", filterParams: { ...common, filterOptions: SETS, caseSensitive: true } };
    if (about.kind !== "truth") return { filter: "agTextColumnFilter", filterParams: { ...common, filterOptions: TEXTS, caseSensitive: true, trimInput: false } };
    const option = (displayKey, displayName) => ({ displayKey, displayName, predicate: () => true, numberOfInputs: 0 });
    const [yes, no] = words(about);
    return {
      filter: "agTextColumnFilter",
      filterParams: { ...common, maxNumConditions: 1, filterOptions: ["empty", option("yes", yes), option("no", no), "blank"] },
    };
  }

  /* Both the column that says so and the prediction itself carry the mark, a sign and not only a color. */
  const marked = (about, data) => Boolean(data) && data.truth === 0 && (about.name === "predicted" || about.name === "correct");
  const words = (about) => (about.name === "correct" ? ["correct", "wrong"] : ["yes", "no"]);
  const missing = (about, value) => value === null || value === undefined || ((about.kind === "class" || about.kind === "truth") && value < 0);

  function writer(about) {
    if (about.kind === "number") return (value) => number(value, about.digits, about.name);
    if (about.kind === "text" || about.kind === "set") return (value) => (value === null || value === undefined ? NONE : String(value));
    const names = about.kind === "truth" ? words(about).reverse() : about.names;
    return (value, data) => {
      if (missing(about, value)) return NONE;
      const text = names[Number(value)] === undefined ? String(value) : names[Number(value)];
      return marked(about, data) ? "✗ " + text : text;
    };
  }

  /* The same decimals in the whole column, so that points stand below each other; what these would hide has its exponent. */
  function number(value, digits, name) {
    if (value === "inf") return "∞";
    if (value === "-inf") return "−∞";
    if (value === null || value === undefined) return NONE;
    const hidden = value !== 0 && digits !== null && Math.abs(value) < 0.5 * 10 ** -digits;
    if (digits === null || (hidden && digits > 0)) return parts.short(value);
    return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: name !== "index" || value > 9999 }).replace("-", "−");
  }

  parts.short = (value) => (Number.isInteger(value) ? value.toLocaleString("en-US") : Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(4)))).replace("-", "−");
  const exact = (value) => (typeof value === "number" && !Number.isInteger(value) ? String(value) : undefined);

  /* ag-grid makes one of these for each visible cell and gives it new rows with refresh. */
  class Picture {
    init(params) {
      this.image = document.createElement("img");
      this.image.className = "pixels";
      this.image.decoding = "async";
      this.refresh(params);
    }
    getGui() { return this.image; }
    refresh({ data, table }) {
      this.image.hidden = !data;
      if (data) {
        this.image.alt = `sample ${data.index}`;
        const url = table.picture(data.index);
        if (this.image.getAttribute("src") !== url) this.image.src = url;
      }
      return true;
    }
  }

  class Check {
    init(params) {
      this.box = document.createElement("span");
      this.box.setAttribute("role", "checkbox");
      this.refresh(params);
    }
    getGui() { return this.box; }
    refresh({ data, table }) {
      const checked = Boolean(data) && table.choice.has(data.index);
      this.box.hidden = !data;
      this.box.className = checked ? "table-box checked" : "table-box";
      this.box.setAttribute("aria-checked", String(checked));
      if (data) this.box.setAttribute("aria-label", `Select sample ${data.index}`);
      return true;
    }
  }

  parts.columns = columns;
  parts.CHECK = CHECK;
})();
