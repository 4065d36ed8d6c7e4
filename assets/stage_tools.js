/* The buttons above a stage, and the card beside the mouse on it. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.stage = innerview.stage || {});
  const h = (...args) => window.React.createElement(...args);

  const PICTURE = 96; // pixels a picture on the card is about wide

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
    drawing: "M2.5 11.5v2h11v-2M4 9.5C4 4 12 10 12 3.5M4 8.2a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6M12 2.2a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6",
    save: "M8 2v8M5 7.2l3 3 3-3M2.5 11.5v2h11v-2",
  };
  const SOLID = ["smaller", "larger"];

  /* One tool: an icon, with a word if the icon alone does not say it. */
  function Button({ icon, label, onClick, pressed, word }) {
    return h(
      "button",
      { type: "button", className: "iv-tool", title: label, "aria-label": label.split(" (")[0], "aria-pressed": pressed, onClick },
      h("svg", { viewBox: "0 0 16 16", "aria-hidden": true }, h("path", { d: ICONS[icon], fill: SOLID.includes(icon) ? "currentColor" : "none" })),
      word && h("span", null, word)
    );
  }

  /* tools: [[icon, label, more props], ...], which stand together; those that are false are left out. */
  function Group({ tools }) {
    return h("span", { className: "iv-tool-group" },
      tools.filter(Boolean).map(([icon, label, props]) => h(Button, { key: label, icon, label, ...props })));
  }

  /* The group that every stage has. */
  function Zoom({ scene, all }) {
    return h(Group, {
      tools: [
        ["closer", "Zoom in (+)", { onClick: () => scene.zoom(parts.ZOOM) }],
        ["farther", "Zoom out (-)", { onClick: () => scene.zoom(1 / parts.ZOOM) }],
        ["all", all, { onClick: () => scene.reset() }],
      ],
    });
  }

  /* A sample on its card: its picture in whole pixels, its index, and what is known about it. */
  function sample({ images, imageSize }, index, facts, borderColor) {
    const [rows, columns] = imageSize || [1, 1];
    const longest = Math.max(rows, columns);
    const times = Math.max(1, Math.round(PICTURE / longest));
    const sides = longest > PICTURE ? { maxWidth: PICTURE, maxHeight: PICTURE } : { width: columns * times, height: rows * times };
    return [
      images && h("img", { key: index, src: images.replace("{index}", index), alt: "", style: { ...sides, borderColor } }),
      h("dl", { key: "facts" },
        h("dt", null, "index"), h("dd", null, index),
        facts.map((fact, k) => [h("dt", { key: `t${k}` }, fact.title), h("dd", { key: `d${k}` }, innerview.factText(fact, index))])),
    ];
  }

  Object.assign(parts, { Group, Zoom, sample });
})();
