/* What stands below a sample map: what its colors and sizes mean, and how many samples it shows. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

  const MANY = 20; // categories that a legend still lists

  /* Beside a list of groups (sets_panel.js) it is left out; of many classes that list is the only legend. */
  function Categories({ color, counts, missing }) {
    if (color.names.length > MANY) return null;
    const chip = (name, shade, count) =>
      h("span", { key: name, className: "iv-map-chip" },
        h("i", { className: "iv-map-swatch", style: { background: shade } }), h("span", null, name), h("small", null, innerview.format(count)));
    return h(
      "div",
      { className: "iv-map-legend iv-map-categories", role: "group", "aria-label": `Categories of ${color.title}` },
      h("span", { className: "iv-map-title" }, color.title),
      h("span", { className: "iv-map-chips" },
        color.names.map((name, code) => chip(name, color.colors[code % color.colors.length], counts[code])),
        missing > 0 && chip("no value", color.missing, missing))
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
    const texts = ends(size, Infinity, size.most ?? -Infinity);
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

  function Counts({ scene, total, selection, shown }) {
    const { n, grid, coloring, color, visible } = scene;
    const all = Math.max(total ?? n, n);
    const number = innerview.format;
    const selected = selection && !scene.ahead ? selection.count : scene.selectedCount();
    const here = selected > scene.selectedShown ? `, ${number(scene.selectedShown)} of them shown` : "";
    const asides = [];
    if (grid.placed > visible) asides.push(`${number(grid.placed - visible)} ${(shown || {}).left || "do not match the query"}`);
    if (n > grid.placed) asides.push(`${number(n - grid.placed)} without a place`);
    if (color && coloring.missing) asides.push(`${number(coloring.missing)} without a value`);
    return h(
      "div",
      { className: "iv-map-counts", role: "status" },
      h("span", null, h("b", null, number(visible)), ` of ${number(all)} samples shown`),
      asides.map((text) => h("span", { key: text }, text)),
      selected > 0 && h("span", { className: "iv-map-selected" }, `${number(selected)} selected${here}`,
        h("button", { type: "button", className: "iv-map-link", title: "Select nothing (Esc)", onClick: () => scene.choose([], "replace") }, "clear"))
    );
  }

  Object.assign(parts, { ends, Categories, Numbers, Sizes, Counts });
})();
