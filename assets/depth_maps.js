/* Small maps of all layers: a Dash component (layouts/kit/depth_maps.py). Canvases, not WebGL: a browser has room for
   eight of those, and a network has more layers. A dot under the mouse, and the sample looked at, have a ring in all. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const h = (...args) => window.React.createElement(...args);

  const NEAR = 14; // pixels from the mouse, within which a dot is meant
  const FRAME = 0.06; // of a map's side, left free around the dots
  const DOT = 1.7, PALE = "rgba(128,138,158,.28)";
  const USUAL = 0.995; // of the dots that decide how large a map is drawn; the rest lies at its border

  /* Places of one map in 0..1, (m, 2), from those of all. */
  function fitted({ data, shape }, layer) {
    const m = shape[1], start = layer * m * 2;
    const far = Float32Array.from({ length: m }, (_, k) => Math.max(Math.abs(data[start + 2 * k]), Math.abs(data[start + 2 * k + 1]))).sort();
    const reach = far[Math.min(m - 1, Math.floor(USUAL * m))] || 1;
    const inside = (value) => 0.5 + (0.5 - FRAME) * Math.max(-1.05, Math.min(1.05, value / reach));
    const places = new Float32Array(2 * m);
    for (let k = 0; k < m; k++) {
      places[2 * k] = inside(data[start + 2 * k]);
      places[2 * k + 1] = 1 - inside(data[start + 2 * k + 1]);
    }
    return places;
  }

  function paint(canvas, places, codes, colors) {
    const scale = window.devicePixelRatio || 1, side = canvas.clientWidth;
    if (!side) return;
    canvas.width = canvas.height = Math.round(side * scale);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    for (const pale of [true, false]) { // those that are meant lie on top
      for (let k = 0; k < codes.length; k++) {
        if (codes[k] < 0 !== pale) continue;
        pen.fillStyle = pale ? PALE : colors[codes[k] % colors.length];
        pen.beginPath();
        pen.arc(places[2 * k] * side, places[2 * k + 1] * side, DOT, 0, 7);
        pen.fill();
      }
    }
  }

  /* The dot that is meant at a place of a map, or -1. */
  function nearest(places, x, y, side) {
    let best = -1, least = (NEAR / side) ** 2;
    for (let k = 0; 2 * k < places.length; k++) {
      const apart = (places[2 * k] - x) ** 2 + (places[2 * k + 1] - y) ** 2;
      if (apart < least) [best, least] = [k, apart];
    }
    return best;
  }

  const ring = (places, place, name) =>
    place >= 0 && h("i", { key: name, className: `iv-depth-ring iv-depth-${name}`, style: { left: `${100 * places[2 * place]}%`, top: `${100 * places[2 * place + 1]}%` } });

  function Layer({ map, places, codes, colors, hovered, focused, point, look }) {
    const { useEffect, useRef } = window.React;
    const canvas = useRef(null);
    useEffect(() => {
      const draw = () => canvas.current && paint(canvas.current, places, codes, colors);
      draw();
      const watch = new ResizeObserver(draw);
      watch.observe(canvas.current);
      return () => watch.disconnect();
    }, [places, codes, colors]);
    const under = (event) => {
      const box = canvas.current.getBoundingClientRect();
      return nearest(places, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, box.width);
    };
    return h("figure", { className: "iv-depth-map" },
      h("div", {
        className: "iv-depth-stage",
        onMouseMove: (event) => point(under(event), event),
        onMouseLeave: () => point(-1),
        onClick: (event) => look(under(event)),
      }, h("canvas", { ref: canvas }), ring(places, focused, "focus"), ring(places, hovered, "hover")),
      h("figcaption", { title: map.name }, map.name, map.note && h("small", null, map.note)));
  }

  function Card({ props, place, at }) {
    const index = props.rows[place];
    const facts = props.facts.map((fact) => ({ ...fact, title: fact.title }));
    const [rows, columns] = props.imageSize;
    const times = Math.max(1, Math.round(96 / Math.max(rows, columns)));
    const size = Math.max(rows, columns) > 96 ? { maxWidth: 96, maxHeight: 96 } : { width: columns * times, height: rows * times };
    const side = at.x > window.innerWidth / 2 ? { right: window.innerWidth - at.x + 16 } : { left: at.x + 16 };
    const rise = at.y > window.innerHeight / 2 ? { bottom: window.innerHeight - at.y + 8 } : { top: at.y + 8 };
    return h("div", { className: "iv-depth-card", style: { ...side, ...rise }, "aria-hidden": true },
      h("img", { key: index, src: props.image.replace("{index}", index), alt: "", style: size }),
      h("dl", null, h("dt", null, "index"), h("dd", null, index),
        facts.map((fact, k) => [h("dt", { key: `t${k}` }, fact.title), h("dd", { key: `d${k}` }, innerview.factText(fact, place))])));
  }

  innerview.DepthMaps = function DepthMaps(props) {
    const { useEffect, useMemo, useState } = window.React;
    const { id, url, maps, rows, codes, colors, focus, setProps } = props;
    const [column, setColumn] = useState(null);
    const [trouble, setTrouble] = useState("");
    const [hovered, setHovered] = useState(-1);
    const [at, setAt] = useState(null);

    useEffect(() => {
      let mine = true;
      innerview.column(url).then((found) => mine && setColumn(found), (error) => mine && setTrouble(String(error.message || error)));
      return () => { mine = false; };
    }, [url]);
    const all = useMemo(() => (column ? maps.map((_, layer) => fitted(column, layer)) : []), [column, maps.length]);
    const focused = focus === null || focus === undefined ? -1 : rows.indexOf(Number(focus));

    const point = (place, event) => {
      setHovered(place);
      setAt(event && place >= 0 ? { x: event.clientX, y: event.clientY } : null);
    };
    const look = (place) => place >= 0 && setProps({ clicked: { index: rows[place], stamp: Date.now() } });
    const key = (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) {
        const from = hovered >= 0 ? hovered : focused;
        setHovered((from + step + rows.length) % rows.length);
        setAt(null);
      } else if (event.key === "Enter") look(hovered);
      else if (event.key === "Escape" && hovered >= 0) point(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const name = typeof id === "string" ? id : JSON.stringify(id);
    if (trouble) return h("div", { id: name, className: "failed", role: "alert" }, `The maps could not be loaded: ${trouble}; reload the page`);
    return h("div", { id: name, className: "iv-depth", tabIndex: 0, role: "application", onKeyDown: key, onBlur: () => point(-1),
      "aria-label": `${maps.length} maps of the same ${rows.length} samples. Arrow keys walk from sample to sample, Enter looks at one.`,
      "data-ready": all.length ? "yes" : "no" },
    all.map((places, layer) => h(Layer, { key: maps[layer].name, map: maps[layer], places, codes, colors, hovered, focused, point, look })),
    hovered >= 0 && at && h(Card, { props, place: hovered, at }));
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    depth: {
      /* The sample looked at, for the rings. */
      focus: (state) => {
        const text = (state || {}).focus || "";
        return /^\d+$/.test(text) ? Number(text) : null;
      },
    },
  });
})();
