/* Small histograms under each other: a Dash component (layouts/kit/histograms.py), as the sample map is one.

   A row is one path, so that a hundred classes are a hundred elements. Places are in bins; the drawing is stretched
   to its width. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const h = (...args) => window.React.createElement(...args);

  const HEIGHT = 32, TALL = 60; // pixels of a row
  const LEAST = 2; // pixels of a bar that stands for one sample
  const ANSWER = 5000; // ms in which the server's new selection is taken for the answer to a drag

  const number = (value) => innerview.format(value);

  /* Where a value lies, in bins from the left. */
  function placing({ edges, log }) {
    const low = edges[0], high = edges[edges.length - 1], bins = edges.length - 1;
    const share = log
      ? (value) => (value > 0 ? Math.log(value / low) / Math.log(high / low) : 0)
      : (value) => (value - low) / (high - low);
    return (value) => bins * Math.max(0, Math.min(1, share(value)));
  }

  /* Bars whose height is the square root of the count: ten of a thousand are seen, and a thousand still fit. */
  function bars(counts, most, height) {
    let path = "";
    counts.forEach((count, k) => {
      if (!count) return;
      const top = height - Math.max(LEAST, (height - 2) * Math.sqrt(count / most));
      path += `M${k + 0.06} ${height}V${top.toFixed(1)}H${k + 0.94}V${height}Z`;
    });
    return path;
  }

  function Colors({ scale, place }) {
    const gradient = (name) =>
      h("linearGradient", { key: name, id: `iv-bins-${name}`, gradientUnits: "userSpaceOnUse", x1: place(scale.low), x2: place(scale.high) },
        scale[name].map((color, k) => h("stop", { key: k, offset: k / (scale[name].length - 1), stopColor: color })));
    return h("svg", { width: 0, height: 0, style: { position: "absolute" }, "aria-hidden": true }, ["light", "dark"].map(gradient));
  }

  function Row({ row, most, place, edges, brush, setBrush, choose, point, ask }) {
    const { useRef } = window.React;
    const drag = useRef(null);
    const bins = edges.length - 1, height = row.tall ? TALL : HEIGHT;
    const mine = brush && brush.code === row.code;

    const at = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      return Math.max(0, Math.min(bins - 1, Math.floor((bins * (event.clientX - box.left)) / box.width)));
    };
    const range = (a, b) => ({ code: row.code, first: Math.min(a, b), last: Math.max(a, b) });
    const down = (event) => {
      if (event.button) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { bin: at(event), x: event.clientX, far: false };
      setBrush(range(at(event), at(event)));
    };
    const moved = (event) => {
      const bin = at(event);
      if (drag.current && Math.abs(event.clientX - drag.current.x) >= innerview.stage.STILL) drag.current.far = true;
      if (drag.current && drag.current.far) setBrush(range(drag.current.bin, bin));
      point(row, drag.current && drag.current.far ? range(drag.current.bin, bin) : range(bin, bin));
    };
    const up = (event) => {
      if (!drag.current) return;
      const { bin, far } = drag.current;
      drag.current = null;
      choose(range(bin, far ? at(event) : bin), innerview.stage.mode(event));
    };
    const key = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const { first, last } = mine ? brush : range(bins - 1, bins - 1);
        const next = Math.max(0, Math.min(bins - 1, first + step));
        const wanted = !mine ? range(bins - 1, bins - 1) : event.shiftKey ? range(next, last) : range(next, next);
        setBrush(wanted);
        point(row, wanted);
      } else if (event.key === "Enter" && mine) choose(brush, innerview.stage.mode(event));
      else if (event.key === "Escape" && brush) setBrush(null);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const mark = (value, name) =>
      value !== null && h("line", { className: `iv-bins-${name}`, x1: place(value), x2: place(value), y1: name === "mean" ? 0 : height / 2, y2: height });

    const plot = h("div",
      { className: "iv-bins-plot", style: { height }, tabIndex: 0, role: "application",
        "aria-label": `Losses of ${row.name}. Arrow keys choose a bin, with Shift more, Enter selects its samples.`,
        onPointerDown: down, onPointerMove: moved, onPointerUp: up, onPointerLeave: () => drag.current || point(null),
        onPointerCancel: () => { drag.current = null; }, onKeyDown: key, onBlur: () => point(null) },
      h("svg", { viewBox: `0 0 ${bins} ${height}`, preserveAspectRatio: "none", "aria-hidden": true },
        row.of && h("path", { className: "iv-bins-all", d: bars(row.of, most(row), height) }),
        h("path", { className: "iv-bins-bars", d: bars(row.counts, most(row), height) }),
        mark(row.mean, "mean"), mark(row.median, "median")),
      mine && h("i", { className: "iv-bins-brush", style: { left: `${(100 * brush.first) / bins}%`, width: `${(100 * (brush.last + 1 - brush.first)) / bins}%` } }));
    const name = row.query
      ? h("button", { type: "button", className: "iv-bins-name", title: `Show only these: ${row.query}`, onClick: () => ask(row.query) }, row.name)
      : h("span", { className: "iv-bins-name" }, row.name);
    return h("div", { className: "iv-bins-row" },
      h("div", { className: "iv-bins-head" }, name, h("small", null, `n = ${number(row.n)}`)),
      plot,
      h("div", { className: "iv-bins-figures", title: row.n ? `mean ${row.mean}, median ${row.median}` : "" },
        row.mean === null ? "–" : number(row.mean), h("small", null, row.median === null ? "" : number(row.median))));
  }

  function Axis({ ticks, place, bins, unit }) {
    return h("div", { className: "iv-bins-row iv-bins-axis", "aria-hidden": true },
      h("div"),
      h("div", { className: "iv-bins-ticks" },
        ticks.map(([value, text]) => h("span", { key: value, style: { left: `${(100 * place(value)) / bins}%` } }, text))),
      h("div", null, h("small", null, unit)));
  }

  innerview.Histograms = function Histograms(props) {
    const { useEffect, useRef, useState } = window.React;
    const { id, edges, ticks, rows, first, scale, unit, selection, setProps } = props;
    const [brush, setBrush] = useState(null);
    const [said, setSaid] = useState("");
    const [everything, setEverything] = useState(false);
    const own = useRef(0); // the timer of a drag here whose selection is on its way
    const bins = edges.length - 1;
    const place = placing(props);

    const forget = () => {
      clearTimeout(own.current);
      own.current = 0;
    };
    useEffect(() => {
      if (!own.current) setBrush(null);
      forget();
    }, [selection]);
    useEffect(() => () => clearTimeout(own.current), []);

    const highest = (some) => Math.max(1, ...some.flatMap((row) => [...row.counts, ...(row.of || [])]));
    const ofAll = highest(rows.filter((row) => row.tall)), ofClasses = highest(rows.filter((row) => !row.tall));
    const most = (row) => (row.tall ? ofAll : ofClasses);

    const low = (range) => (range.first ? edges[range.first] : null);
    const high = (range) => (range.last < bins - 1 ? edges[range.last + 1] : null);
    const choose = (range, how) => {
      forget();
      own.current = setTimeout(forget, ANSWER); // the same samples again: then nothing changes
      setBrush(range);
      setProps({ brushed: { code: range.code, low: low(range), high: high(range), mode: how, stamp: Date.now() } });
    };
    const point = (row, range) => {
      if (!row) return setSaid("");
      const count = row.counts.slice(range.first, range.last + 1).reduce((sum, one) => sum + one, 0);
      const from = low(range) === null ? "" : number(low(range)), to = high(range) === null ? "" : number(high(range));
      const where = from && to ? `${from} to ${to}` : from ? `${from} and more` : to ? `less than ${to}` : "any loss";
      setSaid(`${row.name}: ${number(count)} of ${number(row.n)} with ${where}${from || to ? ` ${unit}` : ""}`);
    };
    const ask = (query) => setProps({ went: { query, stamp: Date.now() } });

    const listed = everything ? rows : rows.slice(0, first);
    return h("div", { id: typeof id === "string" ? id : JSON.stringify(id), className: "iv-bins" },
      h(Colors, { scale, place }),
      h("div", { className: "iv-bins-said" },
        h("span", { role: "status" }, said),
        h("span", null, h("i", { className: "iv-bins-key iv-bins-key-mean" }), "mean", h("i", { className: "iv-bins-key" }), "median")),
      h("div", { className: "iv-bins-rows" },
        listed.map((row) => h(Row, { key: row.code, row, most, place, edges, brush, setBrush, choose, point, ask }))),
      h(Axis, { ticks, place, bins, unit }),
      rows.length > first && h("button", { type: "button", className: "outline iv-bins-more", onClick: () => setEverything(!everything) },
        everything ? `Show the first ${first}` : `Show all ${rows.length}`));
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    losses: {
      /* A class's name: its query. */
      ask(went, state) {
        const found = went.find((one) => one);
        return found && found.query !== (state || {}).query ? { ...state, query: found.query } : window.dash_clientside.no_update;
      },
      /* Which selection there is, for every chart on the page. */
      selection: (state, ids) => ids.map(() => (state || {}).selection || ""),
    },
  });
})();
