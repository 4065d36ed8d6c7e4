// The export menus: they close when one looks elsewhere, and copy indices to the clipboard.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const SAID_MS = 2000;
  const OPEN = "details.export[open]";

  const close = (but) => document.querySelectorAll(OPEN).forEach((menu) => menu !== but && menu.removeAttribute("open"));

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
      const { data } = await innerview.sampleMap.column(button.dataset.copy);
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
    const menu = event.target.closest(OPEN);
    close(menu);
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    else if (menu && event.target.closest("a")) close();
  });

  // Before the panel hears of it, which closes by Escape too.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(OPEN);
    if (!menu) return;
    close();
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }, true);
})();
