// How the facets of the confusion page are cut: two menus and a check box that change the same fields as the menus
// of columns do.
(function () {
  "use strict";

  const SIMILAR = ":similar";

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    mosaic: {
      cut(bins, similar, menus, ids, state) {
        const skip = window.dash_clientside.no_update;
        const what = (window.dash_clientside.callback_context.triggered || [])[0];
        if (!what || what.value === undefined || what.value === null) return skip;
        const id = JSON.parse(what.prop_id.slice(0, what.prop_id.lastIndexOf(".")));
        const changes = {};
        if (id.bins) changes[id.bins] = what.value;
        else {
          ids.forEach(({ control }, k) => {
            if (control !== "down" && control !== "across") return;
            const spec = menus[k], name = spec.replace(SIMILAR, "");
            if (spec.endsWith(SIMILAR) !== what.value && !/:(quantile|width)$/.test(spec)) {
              changes[control] = what.value ? name + SIMILAR : name;
            }
          });
        }
        const same = Object.entries(changes).every(([name, value]) => (state || {})[name] === value);
        return same ? skip : { ...state, ...changes };
      },
    },
  });
})();
