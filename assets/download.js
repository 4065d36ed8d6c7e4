// Files that the browser makes itself: a picture of a map, a list of indices.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const KEPT_MS = 1000; // a download has begun by then and holds the data itself

  /* Save a Blob, or a data URL, under a name; what no file system likes in it becomes "-". */
  innerview.download = function download(blob, filename) {
    const link = document.createElement("a");
    const made = blob instanceof Blob;
    link.href = made ? URL.createObjectURL(blob) : blob;
    link.download = innerview.fileName(filename);
    link.click();
    if (made) setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  };

  /* A text inside a drawing (SVG), where some letters would be read as its own. */
  innerview.escaped = (text) => String(text).replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

  innerview.fileName = (text) => String(text).replace(/[^\w.-]+/g, "-").replace(/^[-.]+|-+$/g, "") || "innerview";
})();
