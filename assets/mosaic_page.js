/* The page around a wall of pictures: its size and theme, files to save, and what tests look at. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});
  const NOBODY = -1;

  const FINER = 2; // pixels of a saved file per pixel of the stage

  /* Colors as the style sheet has them now. */
  function colors(stage) {
    const style = getComputedStyle(stage);
    const read = (kind, names) => names.map((name) => [name, style.getPropertyValue(`--iv-${kind}-${name}`).trim()]);
    const own = read("mosaic", ["focus", "wrong", "ground", "right-ground", "wrong-ground"]);
    return { page: style.backgroundColor, text: style.color, ...Object.fromEntries([...read("stage", ["accent", "weak", "line"]), ...own]) };
  }

  /* Tell a scene when its surroundings change. Returns the function that stops it. */
  function watch(scene) {
    return innerview.stage.watch(scene.stage, () => scene.measure(), () => {
      scene.colors = colors(scene.stage);
      scene.schedule();
    });
  }

  /* window.innerview.maps[id]: what tests and benchmarks wait for instead of sleeping. */
  function report(scene) {
    const onPage = (x, y) => innerview.stage.onPage(scene.stage, x, y);
    const { camera, painter } = scene;
    return {
      get ready() {
        if (!scene.props.wall) return Boolean(scene.props.note);
        return Boolean(scene.wall) && !scene.loading && scene.shown > 0 && !scene.request && !scene.before && !painter.busy;
      },
      get shown() { return scene.wall ? scene.wall.shown : 0; },
      get hits() { return scene.wall ? scene.wall.hits : 0; },
      get key() { return scene.props.wall ? scene.props.wall.layout : null; },
      get hovered() { return scene.wall ? scene.wall.index(scene.hovered.slot) : NOBODY; },
      get samples() { return Boolean(scene.wall && scene.wall.ids); },
      get view() { return { x: camera.x, y: camera.y, scale: camera.scale, whole: camera.whole }; },
      get tiles() { return painter.drawn; },
      get close() { return painter.close || 0; },
      get selected() { return scene.bits ? [...(scene.wall.ids || [])].filter((index) => scene.chosen(index)).length : 0; },
      get error() { return scene.error; },
      /* Where the middle of a sample's picture is on the page, in pixels; null if it is not shown. */
      project(index) {
        const slot = scene.wall.slotOf(index);
        if (slot === NOBODY) return null;
        const { x, y, side } = scene.wall.place(slot);
        return onPage(...camera.toScreen(x + side / 2, y + side / 2));
      },
      /* Where the strip with the count of a cell is on the page. */
      strip(row, column) {
        const box = scene.wall.box(row, column);
        return onPage(...camera.toScreen((box.left + box.right) / 2, box.top - scene.wall.strip / 2));
      },
      /* [left, top, width, height] of a cell on the page. */
      cell(row, column) {
        const [x, y, width, height] = scene.rectangle(row, column);
        return [...onPage(x, y), width, height];
      },
      drawing: () => drawing(scene),
      zoomTo: (row, column) => scene.toCell(row, column),
    };
  }

  function painted(scene, plain) {
    const sheet = document.createElement("canvas");
    sheet.width = Math.round(scene.size.width * FINER);
    sheet.height = Math.round(scene.size.height * FINER);
    const pen = sheet.getContext("2d");
    pen.setTransform(FINER, 0, 0, FINER, 0, 0);
    scene.paint(pen, plain);
    return sheet;
  }

  function savePicture(scene) {
    painted(scene, true).toBlob((blob) => innerview.download(blob, `${name(scene)}.png`));
  }

  function saveDrawing(scene) {
    innerview.download(new Blob([drawing(scene)], { type: "image/svg+xml" }), `${name(scene)}.svg`);
  }

  const name = (scene) => innerview.fileName(scene.props.title || "mosaic");

  /* What the stage shows for print: the pictures as an image, all that is written as text. */
  function drawing(scene) {
    const { width, height } = scene.size;
    const texts = parts.written(scene.pen, scene).map(({ text, x, y, size, weight, tone, turn, anchor }) => {
      const at = `translate(${x.toFixed(1)} ${y.toFixed(1)})${turn ? " rotate(-90)" : ""}`;
      return `<text transform="${at}" font-size="${size}" font-weight="${weight}" fill="${innerview.escaped(scene.colors[tone])}" text-anchor="${anchor}">${innerview.escaped(text)}</text>`;
    });
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
      ` font-family="system-ui, sans-serif"><title>${innerview.escaped(scene.props.title || "mosaic")}</title>`,
      `<image width="${width}" height="${height}" href="${painted(scene, "pictures").toDataURL("image/png")}"/>`,
      ...texts,
      "</svg>",
    ].join("");
  }

  Object.assign(parts, { colors, watch, report, savePicture, saveDrawing });
})();
