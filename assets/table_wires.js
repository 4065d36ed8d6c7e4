// The table's part of the view's state, without the server: sample looked at, sort, columns.
(function () {
  "use strict";

  const skip = () => window.dash_clientside.no_update;

  function changed(state, name, value) {
    return (state || {})[name] === value || (!value && !(state || {})[name]) ? skip() : { ...(state || {}), [name]: value };
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    table: {
      pick(clicked, state) {
        return clicked[0] ? changed(state, "focus", String(clicked[0].index)) : skip();
      },

      sort(sorted, state) {
        return sorted[0] ? changed(state, "sort", sorted[0].sort) : skip();
      },

      // The menu comes with the page and says what the state says: only a click is a choice.
      columns(chosen, state) {
        const context = window.dash_clientside.callback_context;
        if (!chosen[0] || !(context.triggered || []).length) return skip();
        const menu = document.querySelector(".table-menu-list");
        if (!menu || !menu.contains(document.activeElement)) return skip();
        return changed(state, "columns", chosen[0].join(","));
      },

      follow(state, tables) {
        const { query = "", filters = "", hidden = "", sort = "", columns = "", focus = "" } = state || {};
        const index = /^\d{1,11}$/.test(focus) ? Number(focus) : null;
        return [tables.map(() => ({ query, filters, hidden, sort, columns })), tables.map(() => index)];
      },
    },
  });
})();
