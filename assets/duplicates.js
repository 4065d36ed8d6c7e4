// The duplicates page: how alike pictures must be, by a slider; a button goes back to the usual verdict.
(function () {
  "use strict";

  const skip = () => window.dash_clientside.no_update;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    duplicates: {
      // A slider that was only drawn says what the view says already, or, without a limit, where it stands then.
      move(values, ids, state) {
        const before = (state && state.alike) || "";
        const [value] = values, [id] = ids;
        const same = !id || value === undefined || value === null || value === (before ? Number(before) : id.alike);
        return same ? skip() : { ...state, alike: String(value) };
      },

      usual(clicks, ids, values, state) {
        if (!clicks.some(Boolean)) return [skip(), values.map(skip)];
        return [{ ...state, alike: "" }, ids.map((id) => id.alike)];
      },
    },
  });
})();
