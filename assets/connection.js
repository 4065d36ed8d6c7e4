// Says so when the server does not answer any more, and takes it back when it does again.
(function () {
  "use strict";

  const EVERY_MS = 5000;
  let banner = null;

  function say(gone) {
    if (gone === Boolean(banner)) return;
    if (gone) {
      banner = document.createElement("div");
      banner.className = "gone";
      banner.setAttribute("role", "alert");
      banner.textContent = "The server does not answer: was it stopped? Trying again.";
      document.body.append(banner);
    } else {
      banner.remove();
      banner = null;
    }
  }

  async function ask() {
    if (document.hidden) return;
    try {
      await fetch("health", { cache: "no-store" });
      say(false);
    } catch {
      say(true);
    }
  }

  if (document.querySelector("#react-entry-point")) setInterval(ask, EVERY_MS);
})();
