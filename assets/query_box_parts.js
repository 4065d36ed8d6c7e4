/* The pieces of the query box that only show: colored words, the list of completions, the line that says what is wrong. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.queryBox = innerview.queryBox || {});
  const BADGES = { number: "123", class: "class", text: "text", truth: "yes/no", set: "set", keyword: "" };

  /* The query in colors, under an input whose own letters are transparent. A monospaced font makes places multiples of 1ch. */
  parts.Ink = function Ink({ text, trouble, ink }) {
    const { createElement: h } = window.React;
    const words = parts.words(text).map((word) => h("span", { key: word.start, className: `iv-word-${word.kind}` }, word.text));
    const wave = trouble && { left: `${trouble.position}ch`, width: `${Math.max(trouble.length, 1)}ch` };
    return h("div", { className: "iv-query-ink", "aria-hidden": true, ref: ink }, ...words, wave && h("i", { key: "wave", className: "iv-query-wave", style: wave }));
  };

  parts.List = function List({ id, list, active, accept, left }) {
    const { createElement: h, useEffect, useRef } = window.React;
    const box = useRef(null);
    useEffect(() => {
      const marked = box.current && box.current.querySelector("[aria-selected=true]");
      if (marked) marked.scrollIntoView({ block: "nearest" });
    }, [active]);
    const items = list.items.map((item, i) =>
      h("li",
        {
          key: item.text, id: `${id}-${i}`, role: "option", "aria-selected": i === active,
          onMouseDown: (event) => event.preventDefault(), onClick: () => accept(item),
        },
        h("span", { className: `iv-query-item iv-query-of-${item.kind}` }, item.label),
        h("span", { className: "iv-query-detail", title: item.detail }, item.detail),
        h("span", { className: "iv-query-badge" }, BADGES[item.kind])));
    const rest = list.of > list.items.length ? `${list.items.length} of ${list.of.toLocaleString("en-US")}: type on to find the others · ` : "";
    return h("div", { className: "iv-query-pop", style: { left: `min(${left}, max(0px, 100% - 440px))` }, ref: box },
      h("ul", { id, role: "listbox", "aria-label": "Completions" }, ...items),
      h("div", { className: "iv-query-keys", "aria-hidden": true }, `${rest}↑ ↓ choose · Tab take · Enter ask · Esc close`));
  };

  parts.Trouble = function Trouble({ id, trouble, left, mend }) {
    const { createElement: h } = window.React;
    const words = trouble.suggestion && trouble.suggestion.trim();
    return h("div", { id, className: "iv-query-trouble", role: "alert" },
      h("span", { className: "iv-query-caret", style: { left }, "aria-hidden": true }, "▲"),
      h("span", null, trouble.error),
      words && h("button", { type: "button", className: "iv-query-mend", onMouseDown: (event) => event.preventDefault(), onClick: mend },
        trouble.length ? "Write " : "Add ", h("code", null, words)));
  };
})();
