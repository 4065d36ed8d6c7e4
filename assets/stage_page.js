/* What a stage must know of the page around it: its size, the theme, and whether things may move. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.stage = innerview.stage || {});

  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* measure() when the stage may have another size, rethemed() when the page has other colors; `more` are listeners
     as [target, kind, function]. Returns the function that stops it. */
  function watch(stage, measure, rethemed, more = []) {
    const resized = new ResizeObserver(measure);
    resized.observe(stage);
    const themes = new MutationObserver(rethemed);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
    const listeners = [[window, "resize", measure], ...more]; // also when the window moves to a screen with other pixels
    for (const [target, kind, listener] of listeners) target.addEventListener(kind, listener);
    return () => {
      resized.disconnect();
      themes.disconnect();
      for (const [target, kind, listener] of listeners) target.removeEventListener(kind, listener);
    };
  }

  /* From pixels of the stage to pixels of the page. */
  function onPage(stage, x, y) {
    const corner = stage.getBoundingClientRect();
    return [corner.left + x, corner.top + y];
  }

  Object.assign(parts, { calm, watch, onPage });
})();
