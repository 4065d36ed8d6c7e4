// Buttons that copy the text in their data-said, such as an option for the command line.
(function () {
  "use strict";

  const SAID_MS = 2000;

  function say(button, text) {
    button.dataset.usual = button.dataset.usual || button.textContent;
    button.textContent = text;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => { button.textContent = button.dataset.usual; }, SAID_MS);
  }

  /* Where the clipboard is refused (no https, no permission), the text stands there selected, ready for Ctrl+C. */
  function select(button) {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    say(button, "Press Ctrl+C");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-said]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.said);
      say(button, "Copied");
    } catch {
      select(button);
    }
  });
})();
