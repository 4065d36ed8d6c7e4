/* The wall of pictures: a Dash component, a matrix of cells with the samples' pictures in them. React is Dash's own;
   there is no build step.

   This file joins the parts (mosaic_*.js): the wall says what is where, the camera what is seen, the tiles bring the
   pictures, the scene draws and decides, the gestures listen. Props are documented in layouts/kit/mosaic.py. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});
  const NOBODY = -1;
  const h = (...args) => window.React.createElement(...args);

  function Toolbar({ scene, tool, setTool }) {
    const { Group, Zoom } = innerview.stage;
    const choose = (name, label) => [name, label, { pressed: tool === name, onClick: () => setTool(name) }];
    return h("div", { className: "iv-toolbar", role: "toolbar", "aria-label": "Tools of the pictures" },
      h(Group, {
        tools: [choose("pan", "Move the pictures (p)"), choose("lasso", "Select with a lasso (l; Shift adds, Alt removes)")],
      }),
      h(Zoom, { scene, all: "Show all (0)" }),
      h(Group, {
        tools: [
          ["save", "Save what is seen as PNG", { word: "PNG", onClick: () => parts.savePicture(scene) }],
          ["save", "Save what is seen as SVG", { word: "SVG", onClick: () => parts.saveDrawing(scene) }],
        ],
      }),
      h("span", { className: "iv-mosaic-hint" }, "Click a picture or a cell; double-click zooms"));
  }

  /* The hovered picture with its facts, or the hovered cell with its counts. */
  function Card({ scene, listen }) {
    const { useEffect, useReducer } = window.React;
    const [, move] = useReducer((count) => count + 1, 0);
    useEffect(() => listen(move), [listen]);
    const { wall, camera, hovered, props } = scene;
    if (!wall || hovered.cell < 0) return null;
    const index = wall.index(hovered.slot);
    const [bx, by, bw, bh] = scene.rectangle(hovered.row, hovered.column);
    const place = hovered.slot === NOBODY ? null : wall.place(hovered.slot);
    const [px, py] = place ? camera.toScreen(place.x, place.y) : [bx, by];
    const [w, hh] = place ? [place.side * camera.scale, place.side * camera.scale] : [bw, bh];
    const x = Math.max(camera.left, px), right = Math.min(scene.size.width, px + w);
    const onRight = (x + right) / 2 < camera.left + camera.width / 2, low = py + hh / 2 < scene.size.height / 2;
    if (right - x > 0.7 * camera.width) return null; // it fills the stage: no room beside it
    const style = {
      [onRight ? "left" : "right"]: onRight ? right + 10 : scene.size.width - x + 10,
      [low ? "top" : "bottom"]: Math.max(6, low ? py : scene.size.height - py - hh),
    };
    const head = [wall.rows, wall.columns].map((axis, k) => {
      const at = k ? hovered.column : hovered.row;
      return axis.labels.length > 1 && [h("dt", { key: `t${k}` }, axis.title), h("dd", { key: `d${k}` }, axis.labels[at])];
    });
    const { count, right: fine, wrong, shown } = wall.cells, k = hovered.cell;
    if (index === NOBODY) {
      return h("div", { className: "iv-stage-card", style, "aria-hidden": true }, h("dl", null, head,
        h("dt", null, "samples"), h("dd", null, parts.number(count[k])),
        h("dt", null, "of the row"), h("dd", null, parts.share(count[k], wall.rows.totals[hovered.row])),
        fine[k] + wrong[k] > 0 && [h("dt", { key: "w" }, "wrong"), h("dd", { key: "wn" }, parts.number(wrong[k]))],
        shown[k] < count[k] && [h("dt", { key: "s" }, "shown"), h("dd", { key: "sn" }, parts.number(shown[k]))]));
    }
    return h("div", { className: "iv-stage-card", style, "aria-hidden": true }, innerview.stage.sample(props, index, scene.facts));
  }

  function Counts({ scene, selection, note }) {
    const { wall } = scene;
    const all = parts.number;
    return h("div", { className: "iv-mosaic-counts", role: "status" },
      h("span", null, h("b", null, all(wall.shown)), ` of ${all(wall.total)} samples shown`),
      wall.hits < wall.total && h("span", null, `${all(wall.hits)} fit split and query`),
      wall.shown < wall.hits && h("span", null, `${all(wall.hits - wall.shown)} that are right are left out`),
      note && h("span", { className: "iv-mosaic-said" }, note),
      selection && h("span", { className: "iv-mosaic-selected" }, `${all(selection.count)} selected`));
  }

  function Mosaic(props) {
    const { useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } = window.React;
    const stage = useRef(null), canvas = useRef(null);
    const latest = useRef(props), toolNow = useRef("pan");
    const movers = useRef(new Set());
    const [scene, setScene] = useState(null);
    const [tool, setTool] = useState("pan");
    const [, refresh] = useReducer((count) => count + 1, 0);
    const key = typeof props.id === "string" ? props.id : JSON.stringify(props.id);
    latest.current = props;
    toolNow.current = tool;
    const listen = useCallback((move) => {
      movers.current.add(move);
      return () => movers.current.delete(move);
    }, []);

    useLayoutEffect(() => {
      const made = new parts.Scene({
        key, stage: stage.current, canvas: canvas.current, changed: refresh,
        emit: (changes) => latest.current.setProps(changes),
        pointed: () => movers.current.forEach((move) => move()),
      });
      const stop = parts.gestures(made, { tool: () => toolNow.current, setTool });
      made.update(latest.current);
      setScene(made);
      return () => {
        stop();
        made.destroy();
      };
    }, []);

    useEffect(() => {
      if (scene && scene.props !== props) scene.update(props);
    });

    const wall = scene && scene.wall;
    const busy = props.wall && (!wall || scene.loading);
    const said = wall ? `${wall.rows.title} in rows, ${wall.columns.title} in columns. ` : "";
    return h("div", { id: key, className: "iv-mosaic" },
      scene ? h(Toolbar, { scene, tool, setTool }) : h("div", { className: "iv-toolbar" }),
      h("div",
        { ref: stage, className: `iv-stage iv-mosaic-stage iv-stage-${tool}`, tabIndex: 0, role: "application", "aria-busy": Boolean(busy),
          "aria-label": `Pictures of the samples. ${said}Arrow keys move, plus and minus zoom, 0 shows all, L selects, Escape clears.`,
          "aria-describedby": props.describedBy },
        h("canvas", { ref: canvas }),
        busy && h("div", { className: "iv-stage-busy" }),
        busy && !wall && h("div", { className: "iv-stage-empty iv-mosaic-empty" }, "Laying out the pictures…"),
        !props.wall && h("div", { className: "iv-stage-empty iv-mosaic-empty", role: "status" }, props.note || "No pictures yet"),
        scene && scene.error && h("div", { className: "iv-mosaic-error", role: "alert" }, scene.error, " ",
          h("button", { type: "button", onClick: () => scene.load() }, "try again")),
        wall && h(Card, { scene, listen })),
      wall ? h(Counts, { scene, selection: props.selection, note: props.note }) : h("div", { className: "iv-mosaic-counts" }, " "));
  }

  innerview.Mosaic = Mosaic;
})();
