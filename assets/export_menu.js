// The export menus: indices to the clipboard. (menus.js closes them.)
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const SAID_MS = 2000;

  function say(button, text) {
    button.dataset.text = button.dataset.text || button.textContent;
    button.textContent = text;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => { button.textContent = button.dataset.text; }, SAID_MS);
  }

  /* Where the clipboard is refused (no https, no permission), the list stands in a box, selected. */
  function show(text, n) {
    const box = document.createElement("dialog");
    box.className = "export-box";
    const lead = document.createElement("p");
    lead.textContent = `The browser does not let a page copy here. These are the ${n.toLocaleString("en-US")} indices; copy them with Ctrl+C.`;
    const area = document.createElement("textarea");
    area.readOnly = true;
    area.value = text;
    area.setAttribute("aria-label", "Indices");
    const done = document.createElement("button");
    done.className = "outline";
    done.textContent = "Close";
    done.addEventListener("click", () => box.close());
    box.addEventListener("close", () => box.remove());
    box.append(lead, area, done);
    document.body.append(box);
    box.showModal();
    area.select();
  }

  async function copy(button) {
    try {
      const { data } = await innerview.column(button.dataset.copy);
      const text = `[${data.join(", ")}]`;
      try {
        await navigator.clipboard.writeText(text);
        say(button, `Copied ${data.length.toLocaleString("en-US")}`);
      } catch {
        show(text, data.length);
      }
    } catch (error) {
      say(button, `Not copied: ${error.message}`);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const link = event.target.closest("details.export a");
    if (link) link.closest("details").open = false;
  });
})();
