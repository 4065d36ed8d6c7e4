/* The card beside the mouse: the picture and the facts of the sample under it. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});
  const h = (...args) => window.React.createElement(...args);

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
    return h("div", { className: "iv-stage-card iv-map-card", style, "aria-hidden": true },
      innerview.stage.sample(props, index, facts, scene.cssColor(index)));
  }

  parts.Card = Card;
})();
