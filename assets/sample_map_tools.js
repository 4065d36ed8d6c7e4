/* The row of tools above a sample map. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

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
    const { Group, Zoom } = innerview.stage;
    const choose = (name, label) => [name, label, { pressed: tool === name, onClick: () => setTool(name) }];
    return h(
      "div",
      { className: "iv-toolbar", role: "toolbar", "aria-label": "Map tools" },
      h(Group, {
        tools: [
          choose("pan", "Move the map (p)"),
          choose("lasso", "Select with a lasso (l; Shift adds, Alt removes)"),
          choose("box", "Select with a box (b; Shift adds, Alt removes)"),
        ],
      }),
      h(Zoom, { scene, all: "Show all samples (0, or a double click)" }),
      h(Group, {
        tools: [
          ["smaller", "Smaller dots", { onClick: () => grow(1 / 1.25) }],
          ["larger", "Larger dots", { onClick: () => grow(1.25) }],
          hasPictures && ["pictures", "Images instead of dots", { pressed: scene.pictureMode, onClick: pictures }],
        ],
      }),
      h(Group, {
        tools: [
          ["save", "Save as PNG", { onClick: () => parts.savePicture(scene) }],
          ["drawing", "Save as SVG (what the stage shows, with its legend)", { onClick: () => parts.saveDrawing(scene) }],
        ],
      })
    );
  }

  parts.Toolbar = Toolbar;
})();
