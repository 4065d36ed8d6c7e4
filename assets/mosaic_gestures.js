/* Mouse, fingers and keys on a wall of pictures, turned into what the scene can do. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const STILL = 4; // pixels a hand may tremble during a click
  const GRAIN = 3; // pixels between two corners of a lasso
  const TWICE = 350, NEAR = 12; // ms and pixels between the clicks of a double click
  const STEP = 60; // pixels an arrow key moves
  const ZOOM = 1.5; // of a key or button

  const mode = (event) => (event.shiftKey ? "add" : event.altKey ? "remove" : "replace");

  /* tool() says what a drag does: "pan" or "lasso"; setTool(name) chooses. Returns the function that stops it. */
  function gestures(scene, { tool, setTool }) {
    const { stage } = scene;
    const fingers = new Map(); // pointer id -> [x, y]
    let drag = null; // {kind, start, last, path, far}
    let touched = null; // what the last click was on: a panel that opens may move the wall before the second one

    const at = (event) => {
      const corner = stage.getBoundingClientRect();
      return [event.clientX - corner.left, event.clientY - corner.top];
    };
    const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const between = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

    function outline(path) {
      scene.trace = path;
      scene.schedule();
    }

    function point(place) {
      scene.hover(...place);
      const { slot, cell, name, row, column } = scene.hovered;
      stage.classList.toggle("iv-mosaic-over", slot >= 0 || cell >= 0 || Boolean(name && (row >= 0 || column >= 0)));
    }

    function down(event) {
      if (event.button > 1 || event.target.closest("button")) return; // a captured pointer never clicks a button
      stage.setPointerCapture(event.pointerId);
      const place = at(event);
      fingers.set(event.pointerId, place);
      outline(null);
      if (fingers.size === 2) drag = { kind: "pinch" };
      else drag = { kind: event.button === 1 ? "pan" : tool(), start: place, last: place, path: [place], far: false };
      if (event.button === 1) event.preventDefault(); // no scroll compass
    }

    function moved(event) {
      const place = at(event);
      if (!drag || !fingers.has(event.pointerId)) {
        if (event.pointerType !== "touch") point(place);
        return;
      }
      const before = fingers.get(event.pointerId);
      fingers.set(event.pointerId, place);
      if (drag.kind === "pinch") return pinch(event.pointerId, before, place);
      if (!drag.far && apart(drag.start, place) < STILL) return;
      if (!drag.far) point([-1e6, -1e6]);
      drag.far = true;
      if (drag.kind === "pan") {
        const [dx, dy] = [place[0] - drag.last[0], place[1] - drag.last[1]];
        scene.move((camera) => camera.panBy(dx, dy));
        stage.classList.add("iv-mosaic-grabbing");
      } else if (apart(drag.path[drag.path.length - 1], place) >= GRAIN) {
        outline((drag.path = [...drag.path, place]));
      }
      drag.last = place;
    }

    function pinch(id, before, place) {
      const other = [...fingers].find(([key]) => key !== id);
      if (!other) return;
      const center = between(before, other[1]), next = between(place, other[1]);
      const factor = apart(place, other[1]) / Math.max(1, apart(before, other[1]));
      scene.move((camera) => {
        camera.panBy(next[0] - center[0], next[1] - center[1]);
        camera.zoomAt(next[0], next[1], factor);
      });
    }

    function up(event) {
      fingers.delete(event.pointerId);
      stage.classList.remove("iv-mosaic-grabbing");
      if (!drag) return;
      const { kind, far, path, start } = drag;
      if (fingers.size && kind === "pinch") return;
      drag = null;
      outline(null);
      if (kind === "pinch") return;
      if (!far) {
        const now = performance.now();
        if (touched && now - touched.when < TWICE && apart(touched.place, start) < NEAR) return; // dblclick follows
        touched = { ...scene.at(...start), place: start, when: now };
        scene.click(...start, mode(event));
      } else if (kind === "lasso" && path.length > 2) scene.choose(path, mode(event));
    }

    function twice() {
      if (touched && touched.row >= 0 && touched.column >= 0) scene.toCell(touched.row, touched.column);
      else scene.reset();
    }

    function cancel() {
      fingers.clear();
      drag = null;
      stage.classList.remove("iv-mosaic-grabbing");
      outline(null);
    }

    function wheel(event) {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1);
      const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0018)); // ctrl: fingers on a touch pad
      const place = at(event);
      scene.move((camera) => camera.zoomAt(...place, factor));
      point(place);
    }

    function escape() {
      if (drag) cancel();
      else if (tool() !== "pan") setTool("pan");
      else if (scene.props.selection) scene.emit({ lasso: { polygon: [], mode: "replace", stamp: Date.now() } });
    }

    const keys = {
      "+": () => scene.zoom(ZOOM),
      "=": () => scene.zoom(ZOOM),
      "-": () => scene.zoom(1 / ZOOM),
      "0": () => scene.reset(),
      ArrowLeft: () => scene.move((camera) => camera.panBy(STEP, 0)),
      ArrowRight: () => scene.move((camera) => camera.panBy(-STEP, 0)),
      ArrowUp: () => scene.move((camera) => camera.panBy(0, STEP)),
      ArrowDown: () => scene.move((camera) => camera.panBy(0, -STEP)),
      p: () => setTool("pan"),
      l: () => setTool(tool() === "lasso" ? "pan" : "lasso"),
      L: () => setTool(tool() === "lasso" ? "pan" : "lasso"),
      Escape: escape,
    };

    function key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      event.stopPropagation(); // Escape would close the sample panel as well
      keys[event.key]();
    }

    const listeners = {
      pointerdown: down,
      pointermove: moved,
      pointerup: up,
      pointercancel: cancel,
      pointerleave: () => drag || point([-1e6, -1e6]),
      dblclick: twice,
      keydown: key,
    };
    for (const [kind, listener] of Object.entries(listeners)) stage.addEventListener(kind, listener);
    stage.addEventListener("wheel", wheel, { passive: false });
    return () => {
      for (const [kind, listener] of Object.entries(listeners)) stage.removeEventListener(kind, listener);
      stage.removeEventListener("wheel", wheel);
    };
  }

  Object.assign(parts, { gestures, ZOOM });
})();
