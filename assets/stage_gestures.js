/* Mouse, fingers and keys on a stage: what a sample map and a wall of pictures have in common. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.stage = innerview.stage || {});

  const STILL = 4; // pixels a hand may tremble during a click
  const GRAIN = 3; // pixels between two corners of a lasso
  const STEP = 60; // pixels an arrow key moves
  const ZOOM = 1.4; // of a key or button

  /* What happens to the selection by what is chosen with these keys held down. */
  const mode = (event) => (event.shiftKey ? "add" : event.altKey ? "remove" : "replace");

  /* scene: {stage, trace, schedule, move, zoom, reset, choose(path, mode)}, its camera with panBy and zoomAt.
     tool() says what a drag does: "pan", "lasso" or "box"; setTool(name) chooses.
     look(place) -> whether a click would meet something there; null = the mouse is away or busy.
     click(place, mode), twice(); escape() -> false when there is nothing to leave; keys: more of them, by name.
     Returns the function that stops it. */
  function gestures(scene, { tool, setTool, look, click, twice, escape, keys: more }) {
    const { stage } = scene;
    const fingers = new Map(); // pointer id -> [x, y]
    let drag = null; // {kind, start, last, path, far}

    const at = (event) => {
      const corner = stage.getBoundingClientRect();
      return [event.clientX - corner.left, event.clientY - corner.top];
    };
    const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const between = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

    function outline(path) {
      scene.trace = path;
      scene.schedule(false);
    }

    function point(place) {
      stage.classList.toggle("iv-stage-over", look(place));
    }

    function down(event) {
      if (event.button > 1 || event.target.closest("button")) return; // a captured pointer never clicks a button
      stage.setPointerCapture(event.pointerId);
      const place = at(event);
      fingers.set(event.pointerId, place);
      outline(null);
      if (fingers.size > 1) drag = { kind: "pinch" };
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
      if (!drag.far) point(null);
      drag.far = true;
      if (drag.kind === "pan") {
        const [dx, dy] = [place[0] - drag.last[0], place[1] - drag.last[1]];
        scene.move((camera) => camera.panBy(dx, dy));
        stage.classList.add("iv-stage-grabbing");
      } else if (drag.kind === "box") {
        const [[x0, y0], [x1, y1]] = [drag.start, place];
        outline((drag.path = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]));
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
      stage.classList.remove("iv-stage-grabbing");
      if (!drag) return;
      const { kind, far, path, start } = drag;
      if (fingers.size && kind === "pinch") return;
      drag = null;
      outline(null);
      if (kind === "pinch") return;
      if (!far) click(start, mode(event));
      else if (kind !== "pan" && path.length > 2) scene.choose(path, mode(event));
    }

    function cancel() {
      fingers.clear();
      drag = null;
      stage.classList.remove("iv-stage-grabbing");
      outline(null);
    }

    function wheel(event) {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1);
      const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0016)); // ctrl: fingers on a touch pad
      const place = at(event);
      scene.move((camera) => camera.zoomAt(...place, factor));
      point(place);
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
      Escape: () => (drag ? cancel() : escape()),
      p: () => setTool("pan"),
      ...more,
    };

    function key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
      if (keys[event.key]() === false) return; // nothing to leave here: Escape closes the sample panel
      event.preventDefault();
      event.stopPropagation();
    }

    const listeners = {
      pointerdown: down,
      pointermove: moved,
      pointerup: up,
      pointercancel: cancel,
      pointerleave: () => drag || point(null),
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

  Object.assign(parts, { gestures, mode, STILL, ZOOM });
})();
