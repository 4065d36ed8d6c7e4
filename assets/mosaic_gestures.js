/* What gestures on a wall of pictures do that is its own (stage_gestures.js). */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const TWICE = 350, NEAR = 12; // ms and pixels between the clicks of a double click
  const AWAY = [-1e6, -1e6];

  function gestures(scene, { tool, setTool }) {
    let touched = null; // what the last click was on: a panel that opens may move the wall before the second one
    const lasso = () => setTool(tool() === "lasso" ? "pan" : "lasso");

    return innerview.stage.gestures(scene, {
      tool,
      setTool,
      look(place) {
        scene.hover(...(place || AWAY));
        const { slot, cell, name, row, column } = scene.hovered;
        return slot >= 0 || cell >= 0 || Boolean(name && (row >= 0 || column >= 0));
      },
      click(place, mode) {
        const now = performance.now();
        const [x, y] = touched ? touched.place : AWAY;
        if (touched && now - touched.when < TWICE && Math.hypot(place[0] - x, place[1] - y) < NEAR) return; // dblclick follows
        touched = { ...scene.at(...place), place, when: now };
        scene.click(...place, mode);
      },
      twice() {
        if (touched && touched.row >= 0 && touched.column >= 0) scene.toCell(touched.row, touched.column);
        else scene.reset();
      },
      escape() {
        if (tool() !== "pan") return setTool("pan");
        return Boolean(scene.props.selection) && scene.choose([], "replace");
      },
      keys: { l: lasso, L: lasso },
    });
  }

  parts.gestures = gestures;
})();
