// The query box and the view's state: what is applied goes into the state, and the box follows the state.
(function () {
  "use strict";

  const skip = () => window.dash_clientside.no_update;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    query: {
      apply(applied, state) {
        const newest = (applied || []).filter(Boolean).sort((a, b) => b.stamp - a.stamp)[0];
        const changed = (window.dash_clientside.callback_context.triggered || []).some((one) => one.value);
        if (!newest || !changed || newest.text === ((state || {}).query || "")) return skip();
        return { ...(state || {}), query: newest.text };
      },

      follow(state, values) {
        const text = (state || {}).query || "";
        return values.map((value) => ((value || "") === text ? skip() : text));
      },
    },
  });

  // "/" leads to the box, as in many tools, unless something is being typed.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable=true], dialog")) return;
    const box = document.querySelector(".iv-query input");
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
  // Whoever opens the form wants to type a name.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches && event.target.matches(".query-form[open]")) event.target.querySelector("input").focus();
  }, true);
})();
