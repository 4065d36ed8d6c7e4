// The page of a sample: the arrow keys, and the panel's link, which there only changes the sample.
(function () {
  "use strict";

  const KEYS = { ArrowLeft: "previous", ArrowRight: "next" };
  // Where arrows mean something else: boxes, menus, maps, tables, walls of pictures.
  const TAKEN = "input, select, textarea, [contenteditable=true], [role=application], [role=slider], [role=grid], dialog";
  const PATIENCE = 200; // ms after which a key counts again although the last step has not come
  let pressed = { button: null, until: 0 };

  const walk = () => document.querySelector(".sample-walk");

  document.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    const command = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!step || !walk() || command || event.target.closest(TAKEN)) return;
    const button = walk().querySelector(`.${step}`);
    if (!button || button.disabled) return;
    event.preventDefault();
    const now = performance.now();
    if (pressed.button === button && now < pressed.until) return; // the step is still on its way
    pressed = { button, until: now + PATIENCE };
    button.click();
  });

  // The store's data as the address has them: navigation.js keeps both alike.
  const state = () => (window.history.state && window.history.state.innerview) || {};

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".panel-page a");
    const modified = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || modified || !document.querySelector(".sample-page")) return;
    event.preventDefault();
    event.stopPropagation();
    const sample = link.closest(".panel-page").dataset.sample;
    window.dash_clientside.set_props("state", { data: { ...state(), sample, focus: "" } });
  }, true);
})();
