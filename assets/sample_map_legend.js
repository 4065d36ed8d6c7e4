/* What stands around the stage: tools above it, the legend and the counts below it, the card beside the mouse. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

  const MANY = 20; // categories from which on the legend can be searched
  const PICTURE = 96; // pixels a picture on the card is about wide

  // ---- tools --------------------------------------------------------------------------------------

  // 16 x 16, drawn with a line of 1.5
  const ICONS = {
    pan: "M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2",
    lasso: "M8 2.2c3.6 0 6.3 1.9 6.3 4.4S11.6 11 8 11s-6.3-1.9-6.3-4.4S4.4 2.2 8 2.2ZM4.6 10.1c-1.3.5-1.8 1.7-.9 2.5.8.7 1.9.1 1.7-.9M3.7 12.6c0 .9-.4 1.5-1.2 1.9",
    box: "M2 3.5h1.5M6 3.5h4M12.5 3.5H14V5M14 7.2v1.6M14 11v1.5h-1.5M10 12.5H6M3.5 12.5H2V11M2 8.8V7.2M2 5V3.5",
    closer: "M8 3v10M3 8h10",
    farther: "M3 8h10",
    all: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M8 7.9v.2",
    pictures: "M2 3h12v10H2ZM2 11l3.5-3.5 3 3 2-2L14 12M10.6 5.8v.1",
    smaller: "M8 7.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6Z",
    larger: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
    save: "M8 2v8M5 7.2l3 3 3-3M2.5 11.5v2h11v-2",
  };
  const SOLID = ["smaller", "larger"];

  function Button({ icon, label, onClick, pressed }) {
    return h(
      "button",
      { type: "button", className: "iv-map-tool", title: label, "aria-label": label.split(" (")[0], "aria-pressed": pressed, onClick },
      h("svg", { viewBox: "0 0 16 16", "aria-hidden": true }, h("path", { d: ICONS[icon], fill: SOLID.includes(icon) ? "currentColor" : "none" }))
    );
  }

  function Toolbar({ scene, tool, setTool, hasPictures, refresh }) {
    const grow = (factor) => {
      scene.dotScale = Math.max(0.4, Math.min(4, scene.dotScale * factor));
      scene.schedule(true);
      refresh();
    };
    const pictures = () => {
      scene.pictureMode = !scene.pictureMode;
      scene.schedule(true);
      refresh();
    };
    const choose = (name, label) => h(Button, { icon: name, label, pressed: tool === name, onClick: () => setTool(name) });
    return h(
      "div",
      { className: "iv-map-toolbar", role: "toolbar", "aria-label": "Map tools" },
      h("span", { className: "iv-map-group" },
        choose("pan", "Move the map (p)"),
        choose("lasso", "Select with a lasso (l; Shift adds, Alt removes)"),
        choose("box", "Select with a box (b; Shift adds, Alt removes)")),
      h("span", { className: "iv-map-group" },
        h(Button, { icon: "closer", label: "Zoom in (+)", onClick: () => scene.zoom(parts.ZOOM) }),
        h(Button, { icon: "farther", label: "Zoom out (-)", onClick: () => scene.zoom(1 / parts.ZOOM) }),
        h(Button, { icon: "all", label: "Show all samples (0, or a double click)", onClick: () => scene.reset() })),
      h("span", { className: "iv-map-group" },
        h(Button, { icon: "smaller", label: "Smaller dots", onClick: () => grow(1 / 1.25) }),
        h(Button, { icon: "larger", label: "Larger dots", onClick: () => grow(1.25) }),
        hasPictures && h(Button, { icon: "pictures", label: "Images instead of dots", pressed: scene.pictureMode, onClick: pictures })),
      h("span", { className: "iv-map-group" },
        h(Button, { icon: "save", label: "Save as PNG", onClick: () => parts.savePicture(scene) }))
    );
  }

  // ---- legend -------------------------------------------------------------------------------------

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
            h("small", null, parts.format(code < 0 ? missing : counts[code])))),
        listed.length === 0 && h("span", { className: "iv-map-quiet" }, "none of that name"))
    );
  }

  /* Three numbers under a scale; "≤" and "≥" where the data go on beyond its ends. */
  function ends(scale, least, most) {
    const digits = scale.digits;
    return [
      (least < scale.low ? "≤ " : "") + parts.format(scale.low, digits),
      parts.format(parts.middle(scale), digits),
      (most > scale.high ? "≥ " : "") + parts.format(scale.high, digits),
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
          h("small", null, parts.format(coloring.missing)))
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

  // ---- counts -------------------------------------------------------------------------------------

  function Counts({ scene, total, selection, setHidden }) {
    const { n, grid, coloring, color, visible } = scene;
    const all = Math.max(total ?? n, n);
    const number = parts.format;
    const selected = selection && !scene.ahead ? selection.count : scene.selectedCount();
    const here = selected > scene.selectedShown ? `, ${number(scene.selectedShown)} of them shown` : "";
    const asides = [];
    if (n > grid.placed) asides.push(`${number(n - grid.placed)} without a place`);
    if (color && coloring.missing) asides.push(`${number(coloring.missing)} without a value`);
    return h(
      "div",
      { className: "iv-map-counts", role: "status" },
      h("span", null, h("b", null, number(visible)), ` of ${number(all)} samples shown`),
      grid.placed > visible && h("span", null, `${number(grid.placed - visible)} hidden`,
        h("button", { type: "button", className: "iv-map-link", title: "Show every category", onClick: () => setHidden([]) }, "show all")),
      asides.map((text) => h("span", { key: text }, text)),
      selected > 0 && h("span", { className: "iv-map-selected" }, `${number(selected)} selected${here}`,
        h("button", { type: "button", className: "iv-map-link", title: "Select nothing (Esc)", onClick: () => scene.choose([], "replace") }, "clear"))
    );
  }

  // ---- card ---------------------------------------------------------------------------------------

  function value(fact, index) {
    const found = fact.values ? fact.values[index] : undefined;
    if (fact.names && fact.names.length) return fact.names[found] ?? "–";
    return parts.format(found, fact.digits);
  }

  /* The hovered sample: picture, index, facts. `listen(move)` has the scene call move on every change. */
  function Card({ scene, listen }) {
    const { useEffect, useReducer } = window.React;
    const [, move] = useReducer((count) => count + 1, 0);
    useEffect(() => listen(move), [listen]);
    const index = scene.hovered;
    if (index === parts.NOBODY || !scene.shown || index >= scene.n) return null;
    const { camera, props, facts } = scene;
    const [x, y] = scene.place(index);
    const picture = scene.overlay.placed.find((one) => one.index === index);
    const gap = 12 + (picture ? picture.w / 2 : scene.dotRadius(index));
    const right = x < camera.width / 2, low = y < camera.height / 2;
    const style = {
      [right ? "left" : "right"]: right ? x + gap : camera.width - x + gap,
      [low ? "top" : "bottom"]: Math.max(6, (low ? y : camera.height - y) - 24),
    };
    const [rows, columns] = props.imageSize || [1, 1];
    const times = Math.max(1, Math.round(PICTURE / Math.max(rows, columns)));
    const sides = Math.max(rows, columns) > PICTURE ? { maxWidth: PICTURE, maxHeight: PICTURE } : { width: columns * times, height: rows * times };
    return h(
      "div",
      { className: "iv-map-card", style, "aria-hidden": true },
      props.images && h("img", { key: index, src: props.images.replace("{index}", index), alt: "", style: { ...sides, borderColor: scene.cssColor(index) } }),
      h("dl", null,
        h("dt", null, "index"), h("dd", null, index),
        facts.map((fact, k) => [h("dt", { key: `t${k}` }, fact.title), h("dd", { key: `d${k}` }, value(fact, index))]))
    );
  }

  Object.assign(parts, { Toolbar, Categories, Numbers, Sizes, Counts, Card });
})();
