// The review page: keys and buttons for verdicts, and the box in which a new label is chosen.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const KEYS = {
    k: "keep", r: "relabel", d: "drop", u: "unsure", s: "accept", enter: "accept", z: "undo", backspace: "undo",
    arrowleft: "previous", arrowright: "next",
  };
  const TYPING = "input, select, textarea, [contenteditable=true], dialog";
  const SHOWN = 12;

  const sample = () => document.querySelector(".review-sample");
  const isHere = () => Boolean(document.querySelector(".review"));

  function act(what) {
    if (what === "relabel") return choose();
    if (what !== "accept") return innerview.deck.say(what);
    const button = document.querySelector('.review-sample [data-review="accept"]');
    if (button) innerview.deck.say("accept", { new: button.dataset.new });
  }

  // -- the box -------------------------------------------------------------------------------

  let box = null;

  function names() {
    const place = document.querySelector(".review-names");
    try { return JSON.parse(place.dataset.names); } catch { return []; }
  }

  // Those that begin with what was typed, then those that have it somewhere; the exact one first of all.
  function matching(all, typed) {
    const text = typed.trim().toLowerCase();
    const rank = (name) => {
      const lower = name.toLowerCase();
      return lower === text ? 0 : lower.startsWith(text) ? 1 : lower.includes(text) ? 2 : 3;
    };
    return all.map((name, at) => [rank(name), at, name]).filter(([place]) => place < 3)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , name]) => name);
  }

  function close() {
    if (box) box.remove();
    box = null;
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function choose() {
    const all = names();
    if (!sample() || !all.length) return;
    close();
    const { index } = sample().dataset;
    const field = element("input", { className: "form-control", autocomplete: "off", ariaLabel: "The right class" });
    const list = element("div", { className: "review-choices", role: "listbox" });
    const count = element("p", { className: "note" });
    const panel = element("dialog", { className: "review-box", ariaLabel: "The right class" },
      element("h2", { textContent: "The right class" }), field, list, count);
    let found = all, at = -1; // nothing is marked until something is typed or an arrow pressed

    const take = (name) => {
      close();
      if (sample() && sample().dataset.index === index) innerview.deck.say("relabel", { new: name });
    };
    const draw = () => {
      found = matching(all, field.value);
      at = Math.min(at, found.length - 1);
      const first = Math.max(0, at - SHOWN + 1);
      list.replaceChildren(...found.slice(first, first + SHOWN).map((name, i) => element("button", {
        type: "button", textContent: name, className: first + i === at ? "chosen" : "", onclick: () => take(name),
      })));
      const said = `${Math.min(SHOWN, found.length)} of ${found.length} shown`;
      const how = `Type, or use the arrows; Enter takes the marked one · ${said}`;
      count.textContent = found.length ? how : "No class is called so";
    };
    field.addEventListener("input", () => {
      at = field.value.trim() ? 0 : -1;
      draw();
      const typed = field.value.trim().toLowerCase();
      const alone = found.filter((name) => name.toLowerCase().startsWith(typed));
      if (typed && alone.length === 1 && alone[0].toLowerCase() === typed) take(alone[0]);
    });
    field.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { at = Math.min(Math.max(at + step, 0), Math.max(found.length - 1, 0)); draw(); }
      else if (event.key === "Enter" && found[at]) take(found[at]);
      else return;
      event.preventDefault();
    });
    panel.addEventListener("close", close);
    panel.addEventListener("click", (event) => { if (event.target === panel) close(); });
    document.body.append(panel);
    box = panel;
    draw();
    panel.showModal();
    field.focus();
  }

  // -- keys and buttons ----------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-review]");
    if (!button || !isHere()) return;
    button.blur(); // or Enter would press it again
    act(button.dataset.review);
  });

  document.addEventListener("keydown", (event) => {
    if (!isHere() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    const what = KEYS[event.key.toLowerCase()];
    if (!what || event.repeat || (event.key === "Enter" && event.target.closest("button, a, summary"))) return;
    event.preventDefault();
    act(what);
  });
})();
