/* The sample map: a Dash component in which a dot is a sample. React is Dash's own; there is no build step.

   This file joins the parts (sample_map_*.js): the scene draws and decides, the gestures listen, the legend speaks.
   Props are small, and documented in layouts/kit/components.py; columns come by URL. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  function SampleMap(props) {
    const { createElement: h, useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } = window.React;
    const stage = useRef(null), canvas = useRef(null), overlay = useRef(null);
    const latest = useRef(props);
    const movers = useRef(new Set());
    const [scene, setScene] = useState(null);
    const [unsupported, setUnsupported] = useState(false);
    const [, refresh] = useReducer((count) => count + 1, 0);
    useState(() => fetchEarly(props)); // while the browser is still preparing the card
    const key = keyOf(props.id);
    latest.current = props;

    const emit = useCallback((changes) => latest.current.setProps(changes), []);
    const setTool = useCallback((tool) => emit({ tool }), [emit]);
    const listen = useCallback((move) => {
      movers.current.add(move);
      return () => movers.current.delete(move);
    }, []);

    useLayoutEffect(() => {
      let made = null;
      try {
        made = new parts.Scene({
          key, stage: stage.current, canvas: canvas.current, overlay: overlay.current, emit, changed: refresh,
          pointed: () => movers.current.forEach((move) => move()),
        });
      } catch (error) {
        window.console.info("sample map:", error.message);
        setUnsupported(true);
        emit({ unsupported: true });
        return undefined;
      }
      const stop = parts.gestures(made, { tool: () => latest.current.tool || "pan", setTool });
      made.update(latest.current);
      setScene(made);
      return () => {
        stop();
        made.destroy();
      };
    }, []);

    useEffect(() => {
      if (scene) scene.update(props);
    });

    const root = { id: key, className: `iv-map ${props.className || ""}`, style: props.style };
    if (unsupported) return h("div", root, h("div", { className: "iv-map-unsupported", role: "alert" }, NO_WEBGL));

    const { note, positions } = props;
    const drawn = scene && scene.drawn > 0 && scene.grid;
    const busy = scene && scene.waiting.size > 0;
    const errors = scene ? Object.values(scene.errors) : [];
    // The legend takes its place before the columns are there, so that the stage never changes its size.
    const legend = drawn ? scene.color : props.color;
    const coloring = drawn ? scene.coloring : { counts: [], missing: 0 };
    const { axes } = props;
    const name = axes ? `${axes[1].title} against ${axes[0].title}` : positions && positions.name ? positions.name : "samples";
    return h(
      "div",
      root,
      scene
        ? h(parts.Toolbar, { scene, tool: props.tool || "pan", setTool, hasPictures: Boolean(props.images), refresh })
        : h("div", { className: "iv-toolbar" }),
      h("div",
        { ref: stage, className: `iv-stage iv-map-stage iv-stage-${props.tool || "pan"}`, tabIndex: 0, role: "application",
          "aria-label": `Map of ${name}. Arrow keys move, plus and minus zoom, 0 shows all, L and B select, Escape clears.`,
          "aria-busy": Boolean(busy) },
        h("canvas", { ref: canvas, className: "iv-map-points", hidden: !positions }),
        h("canvas", { ref: overlay, className: "iv-map-overlay", hidden: !positions }),
        busy && h("div", { className: "iv-stage-busy" }),
        !positions && h("div", { className: "iv-stage-empty" }, "No map yet"),
        positions && !drawn && errors.length === 0 && h("div", { className: "iv-stage-empty" }, "Loading the samples…"),
        note && h("div", { className: "iv-map-note" }, note),
        errors.length > 0 && h("div", { className: "iv-map-error", role: "alert" }, errors[0],
          h("button", { type: "button", className: "iv-map-link", onClick: () => scene.retry() }, "try again")),
        drawn && h(parts.Card, { scene, listen })),
      legend && legend.kind === "category" &&
        h(parts.Categories, { color: legend, counts: coloring.counts, missing: coloring.missing }),
      legend && legend.kind === "number" &&
        h(parts.Numbers, { color: legend, coloring, theme: scene ? scene.theme.name : "light" }),
      drawn && scene.sizes && props.size && h(parts.Sizes, { size: props.size, scene }),
      drawn
        ? h(parts.Counts, { scene, total: props.total, selection: props.selection, shown: props.shown })
        : h("div", { className: "iv-map-counts" }, " ")
    );
  }

  function fetchEarly(props) {
    for (const prop of [props.positions, props.color, props.size, props.shown]) if (prop) innerview.column(prop.url).catch(() => null);
  }

  /* Dash writes the id of a pattern with its keys sorted. */
  function keyOf(id) {
    if (typeof id === "string") return id;
    return id ? JSON.stringify(id, Object.keys(id).sort()) : "sample-map";
  }

  const NO_WEBGL = "This browser has no WebGL2, which the map needs to draw many samples. A simpler chart follows.";

  innerview.SampleMap = SampleMap;
})();
