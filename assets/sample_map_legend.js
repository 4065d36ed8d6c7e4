/* What stands below a sample map: what its colors and sizes mean, and how many samples it shows. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

  const MANY = 20; // categories from which on the legend can be searched

  function Categories({ color, counts, missing, hidden, setHidden }) {
    const { useState, useRef } = window.React;
    const [search, setSearch] = useState("");
    const before = useRef(hidden); // what was hidden before the first click of a double click
    const codes = color.names.map((_, code) => code);
    if (missing) codes.push(parts.NO_VALUE);
    const gone = new Set(hidden);
    const name = (code) => (code === parts.NO_VALUE ? "no value" : color.names[code]);

    const press = (code) => (event) => {
      if (event.detail === 2 || event.shiftKey) {
        const others = codes.filter((other) => other !== code);
        const old = event.shiftKey ? hidden : before.current;
        const alone = !old.includes(code) && others.every((other) => old.includes(other));
        return setHidden(alone ? [] : others);
      }
      before.current = hidden;
      setHidden(gone.has(code) ? hidden.filter((other) => other !== code) : [...hidden, code].sort((a, b) => a - b));
    };

    const wanted = search.trim().toLowerCase();
    const listed = wanted ? codes.filter((code) => name(code).toLowerCase().includes(wanted)) : codes;
    return h(
      "div",
      { className: `iv-map-legend ${color.names.length > MANY ? "iv-map-many" : ""}`, role: "group", "aria-label": `Categories of ${color.title}` },
      h("span", { className: "iv-map-title" }, color.title),
      color.names.length > MANY &&
        h("input", {
          className: "iv-map-search", type: "search", placeholder: `Find among ${color.names.length}`,
          "aria-label": `Find a category of ${color.title}`, value: search, onChange: (event) => setSearch(event.target.value),
        }),
      h("span", { className: "iv-map-chips" },
        listed.map((code) =>
          h("button",
            { key: code, type: "button", className: "iv-map-chip", "aria-pressed": !gone.has(code), onClick: press(code),
              title: `${name(code)}: click hides or shows, double click (or Shift) shows only this` },
            h("i", { className: "iv-map-swatch", style: { background: code < 0 ? color.missing : color.colors[code % color.colors.length] } }),
            h("span", null, name(code)),
            h("small", null, innerview.format(code < 0 ? missing : counts[code])))),
        listed.length === 0 && h("span", { className: "iv-map-quiet" }, "none of that name"))
    );
  }

  /* Three numbers under a scale; "≤" and "≥" where the data go on beyond its ends. */
  function ends(scale, least, most) {
    const digits = scale.digits;
    const [low, high] = [scale.low, scale.high].map(Math.fround); // as exact as the column is that came
    return [
      (least < low ? "≤ " : "") + innerview.format(scale.low, digits),
      innerview.format(parts.middle(scale), digits),
      (most > high ? "≥ " : "") + innerview.format(scale.high, digits),
    ];
  }

  function Numbers({ color, coloring, theme }) {
    const bar = `linear-gradient(to right, ${parts.stops(color, theme).join(", ")})`;
    return h(
      "div",
      { className: "iv-map-legend" },
      h("span", { className: "iv-map-title" }, color.title, color.log && h("small", null, " log scale")),
      h("span", { className: "iv-map-scale" },
        h("i", { className: "iv-map-bar", style: { backgroundImage: bar } }),
        h("span", { className: "iv-map-ends" }, ends(color, coloring.least, coloring.most).map((text, k) => h("small", { key: k }, text)))),
      coloring.missing > 0 &&
        h("span", { className: "iv-map-chip iv-map-plain" },
          h("i", { className: "iv-map-swatch", style: { background: color.missing } }), "no value",
          h("small", null, innerview.format(coloring.missing)))
    );
  }

  function Sizes({ size, scene }) {
    const radius = Math.min(4, scene.radius());
    const texts = ends(size, Infinity, -Infinity);
    return h(
      "div",
      { className: "iv-map-legend iv-map-sizes" },
      h("span", { className: "iv-map-title" }, size.title, size.log && h("small", null, " log scale")),
      [0, 0.5, 1].map((share) => {
        const side = 2 * parts.sized(radius, share);
        return h("span", { key: share, className: "iv-map-size" },
          h("i", { style: { width: `${side}px`, height: `${side}px` } }), h("small", null, texts[2 * share]));
      })
    );
  }

  function Counts({ scene, total, selection, setHidden }) {
    const { n, grid, coloring, color, visible, matching } = scene;
    const all = Math.max(total ?? n, n);
    const number = innerview.format;
    const selected = selection && !scene.ahead ? selection.count : scene.selectedCount();
    const here = selected > scene.selectedShown ? `, ${number(scene.selectedShown)} of them shown` : "";
    const asides = [];
    if (grid.placed > matching) asides.push(`${number(grid.placed - matching)} do not match the query`);
    if (n > grid.placed) asides.push(`${number(n - grid.placed)} without a place`);
    if (color && coloring.missing) asides.push(`${number(coloring.missing)} without a value`);
    return h(
      "div",
      { className: "iv-map-counts", role: "status" },
      h("span", null, h("b", null, number(visible)), ` of ${number(all)} samples shown`),
      matching > visible && h("span", null, `${number(matching - visible)} hidden`,
        h("button", { type: "button", className: "iv-map-link", title: "Show every category", onClick: () => setHidden([]) }, "show all")),
      asides.map((text) => h("span", { key: text }, text)),
      selected > 0 && h("span", { className: "iv-map-selected" }, `${number(selected)} selected${here}`,
        h("button", { type: "button", className: "iv-map-link", title: "Select nothing (Esc)", onClick: () => scene.choose([], "replace") }, "clear"))
    );
  }

  Object.assign(parts, { ends, Categories, Numbers, Sizes, Counts });
})();
