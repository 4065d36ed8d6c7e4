// How the facets of the confusion page are cut: two menus and a check box that change the same fields as the menus
// of columns do.
(function () {
  "use strict";

  const SIMILAR = ":similar";
  const AXES = ["down", "across"];

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    mosaic: {
      cut(bins, similar, menus, ids, state) {
        const { taken } = window.innerview, changes = {};
        for (const axis of AXES) {
          const spec = taken(JSON.stringify({ bins: axis }));
          if (spec !== undefined) changes[axis] = spec;
        }
        const together = taken(JSON.stringify({ similar: "mosaic" }));
        ids.forEach(({ control }, k) => {
          if (together === undefined || !AXES.includes(control)) return;
          const spec = (state || {})[control] || menus[k], name = spec.replace(SIMILAR, "");
          if (spec.endsWith(SIMILAR) !== together && !/:(quantile|width)$/.test(spec)) {
            changes[control] = together ? name + SIMILAR : name;
          }
        });
        const same = Object.entries(changes).every(([name, value]) => (state || {})[name] === value);
        return same ? window.dash_clientside.no_update : { ...state, ...changes };
      },
    },
  });
})();
