// Heat maps take seconds of the worker: they are asked for once somebody stays at a sample and looks at their card.
(function () {
  "use strict";

  const REST = 600; // ms at the same sample, method and layer
  const AGAIN = 10000; // ms after which it is asked again: computing may have been cancelled and resumed meanwhile
  const LOOK = 150; // ms between two looks
  let waits = { column: "", since: 0, asked: 0 };

  const inView = (element) => {
    const box = element.getBoundingClientRect();
    return !document.hidden && box.bottom > 0 && box.top < window.innerHeight;
  };

  window.setInterval(() => {
    const card = document.querySelector(".heat[data-waits]");
    const column = card ? card.dataset.waits : "";
    const now = Date.now();
    if (column !== waits.column) waits = { column, since: now, asked: 0 };
    if (!card || now - waits.since < REST || now - waits.asked < AGAIN || !inView(card)) return;
    waits.asked = now;
    window.dash_clientside.set_props({ "heat-asked": "part" }, { data: now });
  }, LOOK);
})();
