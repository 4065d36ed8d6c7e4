// The gallery and the controls of its page.
(function () {
  "use strict";
  const skip = () => window.dash_clientside.no_update;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    gallery: {
      // What the slider is dragged over, or was set to.
      size: (dragged, value) => dragged ?? value ?? skip(),

      // With nothing selected the result is shown; after the first mark it has to be asked for, as by the menu.
      stay: (chosen, pool, state) => (
        chosen && chosen.mode === "add" && !pool ? ["query", { ...state, pool: "query" }] : [skip(), skip()]
      ),

      // The same for the list beside maps, which has no menu for it until something is selected.
      hold: (chosen, state) => (chosen && chosen.mode === "add" && !state.pool ? { ...state, pool: "query" } : skip()),

      // Whether that list is folded away.
      fold: (state, name) => {
        const now = `sheet inspection${state.inspection === "folded" ? " folded" : ""}`;
        return now === name ? skip() : now;
      },
    },
  });

  // The tray's link shows the selection, also when the pool was last asked for the query's result.
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".tray-pool")) return;
    const state = Object.fromEntries(new URLSearchParams(window.location.search));
    if (state.pool !== "query") return;
    const menu = { control: "pool" };
    const isHere = document.getElementById(JSON.stringify(menu));
    if (isHere) {
      event.preventDefault(); // to come here again would bring the old choice back
      event.stopPropagation();
      window.dash_clientside.set_props(menu, { value: "" });
    }
    window.dash_clientside.set_props("state", { data: { ...state, pool: "" } });
  }, true);
})();
