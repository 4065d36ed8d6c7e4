/* What gestures on a sample map do that is its own (stage_gestures.js). */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  function gestures(scene, { tool, setTool }) {
    return innerview.stage.gestures(scene, {
      tool,
      setTool,
      look(place) {
        scene.hover(place ? scene.at(...place) : parts.NOBODY);
        return scene.hovered !== parts.NOBODY;
      },
      click: (place) => scene.click(...place),
      twice: () => scene.reset(),
      escape() {
        if (scene.selectedCount()) return scene.choose([], "replace");
        return tool() !== "pan" && setTool("pan");
      },
      keys: { l: () => setTool("lasso"), b: () => setTool("box") },
    });
  }

  parts.gestures = gestures;
})();
