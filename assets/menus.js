// Menus and cards that open from a word on the page (<details>): they close when one looks elsewhere, and by Escape.
(function () {
  "use strict";

  const OPEN = "details[open]:is(.export, .query-form, .query-help-box, .table-menu, .map-settings)";

  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(event.target)) menu.open = false;
  });

  // Before the sample panel hears of it, which closes by Escape too.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }, true);
})();
