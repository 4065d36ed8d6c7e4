/* The page around a sample map: its size and theme, the other maps, the download folder, tests. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  innerview.maps = innerview.maps || {};
  innerview.drawn = innerview.drawn || 0; // frames, of all maps together
  innerview.ready = innerview.ready || false; // every map on the page shows what its props say

  function announce() {
    const maps = Object.values(innerview.maps);
    innerview.ready = maps.length > 0 && maps.every((map) => map.ready);
  }

  /* Colors as the style sheet has them now. */
  function theme(stage) {
    const style = getComputedStyle(stage);
    const page = style.backgroundColor, text = style.color;
    return {
      name: document.documentElement.getAttribute("data-bs-theme") === "dark" ? "dark" : "light",
      colors: { page, text, accent: style.getPropertyValue("--iv-stage-accent").trim() || "#3b5bdb" },
      inks: [page, text].map((css) => parts.rgb(css).map((value) => value / 255)),
    };
  }

  /* Tell a scene when its surroundings change. Returns the function that stops it. */
  function watch(scene) {
    return innerview.stage.watch(scene.stage, () => scene.measure(), () => scene.repaint(), [
      [window, "innerview:hover", ({ detail }) => detail.source !== scene.key && scene.link(detail.index)],
      [window, "innerview:view", ({ detail }) => scene.follow(detail)],
      [scene.canvas, "webglcontextlost", (event) => {
        event.preventDefault(); // else it is never restored
        scene.lost = true;
      }],
      [scene.canvas, "webglcontextrestored", () => {
        scene.lost = false;
        scene.painter.build();
        scene.schedule(true);
      }],
    ]);
  }

  /* window.innerview.maps[id]: what tests and benchmarks wait for instead of sleeping. */
  function report(scene) {
    const { overlay, camera } = scene;
    return {
      get drawn() { return scene.drawn; },
      get points() { return scene.n; },
      get visible() { return scene.visible; },
      get selected() { return scene.selectedCount(); },
      get url() { return scene.used.url; },
      get lassoMs() { return scene.lassoMs; },
      get pictures() { return overlay.placed.filter((one) => overlay.pictures.get(one.index)).length; },
      get linked() { return scene.linked; },
      get hovered() { return scene.hovered; },
      get focus() { return scene.focus; },
      get view() { return camera.view(); },
      get errors() { return { ...scene.errors }; },
      get ready() { return scene.drawn > 0 && !scene.waiting.size && !scene.request && !scene.glide; },
      /* Where a sample is on the page, in pixels. */
      project(index) {
        return innerview.stage.onPage(scene.stage, ...scene.place(index));
      },
    };
  }

  /* Download what the stage shows as a PNG. */
  function savePicture(scene) {
    const sheet = document.createElement("canvas");
    sheet.width = scene.canvas.width;
    sheet.height = scene.canvas.height;
    const pen = sheet.getContext("2d");
    scene.paint(true); // a drawn WebGL canvas can be read only until the end of this task
    pen.drawImage(scene.canvas, 0, 0);
    pen.drawImage(scene.overlay.canvas, 0, 0);
    sheet.toBlob((blob) => innerview.download(blob, `${fileName(scene)}.png`));
  }

  /* What a picture of the map is called, without its ending. */
  function fileName(scene) {
    return innerview.fileName((scene.props.positions || {}).name || "sample-map");
  }

  Object.assign(parts, { savePicture, fileName, announce, theme, watch, report });
})();
