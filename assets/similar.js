// The browser's half of the image query: what is typed, uploaded or removed becomes the view's state.
(function () {
  "use strict";

  const skip = () => window.dash_clientside.no_update;

  function triggered() {
    const first = (window.dash_clientside.callback_context.triggered || [])[0];
    return first && first.value !== undefined && first.value !== null ? first.value : null;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    similar: {
      // Whoever asks about an index is done with the uploaded picture.
      go(clicks, enters, typed, state) {
        const value = String((typed || [])[0] ?? "").replace(/[\s,]/g, "");
        if (triggered() === null || !value) return skip();
        return { ...state, focus: value, asked: "", upload: "", versus: "" };
      },

      uploaded(pictures, state) {
        const picture = triggered();
        return picture ? { ...state, upload: picture.name, versus: "" } : skip();
      },

      // The box says what is asked about, wherever that was clicked.
      show(state, boxes) {
        const { upload, focus, asked } = state || {};
        const value = upload ? "" : focus || asked || "";
        return boxes.map((typed) => (typed === value ? skip() : value));
      },
    },
  });
})();
