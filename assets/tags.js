// Tags in the browser: names that boxes complete, and the keys for tagging, undo and redo.
(function () {
  "use strict";

  const BOXES = ".tag-box input"; // of the page, of the panel, of the tray

  function names() {
    const place = document.getElementById("tag-names");
    try { return JSON.parse(place.dataset.names); } catch { return []; }
  }

  function list() {
    let found = document.getElementById("tag-completions");
    if (!found) {
      found = document.createElement("datalist");
      found.id = "tag-completions";
      document.body.append(found);
    }
    return found;
  }

  // What is completed is the name after the last comma; the ones before it stay.
  function complete(box) {
    const parts = box.value.split(",");
    parts.pop();
    const given = parts.map((part) => part.trim());
    const start = given.length ? given.join(", ") + ", " : "";
    list().replaceChildren(...names().filter((name) => !given.includes(name)).map((name) => new Option("", start + name)));
  }

  for (const kind of ["focusin", "input"]) {
    document.addEventListener(kind, (event) => { if (event.target.matches && event.target.matches(BOXES)) complete(event.target); });
  }

  // A color that was chosen counts when its window closes, not when one clicks elsewhere later.
  document.addEventListener("change", (event) => { if (event.target.matches(".tag-row input[type=color]")) event.target.blur(); });

  const press = (id) => {
    const button = document.getElementById(id);
    if (button && !button.disabled) button.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, [contenteditable=true], dialog")) return;
    const key = event.key.toLowerCase();
    const command = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (command && (key === "z" || key === "y")) {
      event.preventDefault();
      press(key === "y" || event.shiftKey ? "redo-button" : "undo-button");
    } else if (key === "t" && !command && !event.altKey && !event.shiftKey) {
      const box = [...document.querySelectorAll(BOXES)].reverse().find((each) => each.offsetParent);
      if (!box) return;
      event.preventDefault();
      box.focus();
    }
  });
})();
