/* The card beside the mouse: the picture and the facts of the sample under it. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

  const PICTURE = 96; // pixels a picture is about wide

  function value(fact, index) {
    const found = fact.values ? fact.values[index] : undefined;
    if (fact.names && fact.names.length) return fact.names[found] ?? "–";
    return parts.format(found, fact.digits);
  }

  /* The hovered sample: picture, index, facts. `listen(move)` has the scene call move on every change. */
  function Card({ scene, listen }) {
    const { useEffect, useReducer } = window.React;
    const [, move] = useReducer((count) => count + 1, 0);
    useEffect(() => listen(move), [listen]);
    const index = scene.hovered;
    if (index === parts.NOBODY || !scene.shown || index >= scene.n) return null;
    const { camera, props, facts } = scene;
    const [x, y] = scene.place(index);
    const picture = scene.overlay.placed.find((one) => one.index === index);
    const gap = 12 + (picture ? picture.w / 2 : scene.dotRadius(index));
    const right = x < camera.width / 2, low = y < camera.height / 2;
    const style = {
      [right ? "left" : "right"]: right ? x + gap : camera.width - x + gap,
      [low ? "top" : "bottom"]: Math.max(6, (low ? y : camera.height - y) - 24),
    };
    const [rows, columns] = props.imageSize || [1, 1];
    const times = Math.max(1, Math.round(PICTURE / Math.max(rows, columns)));
    const sides = Math.max(rows, columns) > PICTURE ? { maxWidth: PICTURE, maxHeight: PICTURE } : { width: columns * times, height: rows * times };
    return h(
      "div",
      { className: "iv-map-card", style, "aria-hidden": true },
      props.images && h("img", { key: index, src: props.images.replace("{index}", index), alt: "", style: { ...sides, borderColor: scene.cssColor(index) } }),
      h("dl", null,
        h("dt", null, "index"), h("dd", null, index),
        facts.map((fact, k) => [h("dt", { key: `t${k}` }, fact.title), h("dd", { key: `d${k}` }, value(fact, index))]))
    );
  }

  parts.Card = Card;
})();
