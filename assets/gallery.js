/* The gallery: a Dash component, a wall of samples as cards. React is Dash's own; there is no build step.

   This file joins the parts (gallery_*.js): the grid says where cards stand, the sheets bring their pictures.
   Props are documented in layouts/kit/gallery.py. Only the cards in sight exist. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.gallery = innerview.gallery || {});
  innerview.maps = innerview.maps || {};

  const REST = 160; // ms without scrolling until large pictures are asked for
  const FINER = 1.15; // how much larger than on the sheet a picture must be to be asked for alone

  const number = (value) => value.toLocaleString("en-US");

  function Gallery(props) {
    const { createElement: h, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } = window.React;
    const { id, total, note, empty, sprite, side, image, imageSize, editing, focus, setProps } = props;
    const thumb = Math.max(24, Math.min(256, Number(props.thumb) || 96));
    const key = typeof id === "string" ? id : JSON.stringify(id);
    const scroller = useRef(null);
    const [, refresh] = useReducer((count) => count + 1, 0);
    const [size, setSize] = useState({ width: 0, height: 0 });
    const [scrolled, setScrolled] = useState(0);
    const [resting, setResting] = useState(true);
    const [active, setActive] = useState(0);
    const { rows, url, error, retry, remove, edited } = parts.useRows(props.rows, editing);
    const facts = parts.useFacts(props.facts);
    const marks = parts.useMarks(props.selection);
    const sheets = useMemo(() => new parts.Sheets(sprite, refresh), [sprite]);
    const n = rows ? rows.length : 0;
    const lines = parts.lines(facts);
    const wall = useMemo(() => parts.grid({ n, ...size, thumb, size: imageSize, lines }), [n, size, thumb, String(imageSize), lines]);
    const [first, last] = size.width ? parts.sight(wall, scrolled) : [0, 0];
    const latest = useRef(null);
    latest.current = { wall, scrolled, rows, active, editing, first, last, sheets, waiting: Boolean(props.rows) && props.rows.url !== url, error };

    useLayoutEffect(() => {
      const watch = new ResizeObserver(() => {
        const { clientWidth: width, clientHeight: height } = scroller.current;
        setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
      });
      watch.observe(scroller.current);
      innerview.maps[key] = report(latest, scroller);
      return () => {
        watch.disconnect();
        delete innerview.maps[key];
      };
    }, [key]);

    useEffect(() => () => sheets.stop(), [sheets]);
    useEffect(() => {
      if (rows && last > first) sheets.need(rows, first, last);
    }, [rows, first, last, sheets]);

    const scrollTo = useCallback((at) => {
      const { wall: now, scrolled: from } = latest.current;
      const to = parts.reach(now, from, at);
      if (to !== from) scroller.current.scrollTop = to;
    }, []);

    // Another list starts at its top; one that only lost a card stays where it is.
    useLayoutEffect(() => {
      if (!url || edited()) return;
      scroller.current.scrollTop = 0;
      setActive(0);
    }, [url]);

    // The sample looked at is scrolled to, also when it was picked elsewhere.
    const known = useRef(null);
    useEffect(() => {
      if (!rows || !size.width || known.current === `${focus} ${url}`) return;
      known.current = `${focus} ${url}`;
      const at = focus === null || focus === undefined || edited() ? -1 : rows.indexOf(focus);
      if (at < 0) return;
      setActive(at);
      scrollTo(at);
    }, [focus, rows, url, size.width]);

    // A larger or smaller wall keeps the card that is looked at, or the first in sight, in sight.
    const shape = `${wall.columns} ${wall.step}`;
    const before = useRef({ shape, at: 0 });
    useLayoutEffect(() => {
      if (before.current.shape !== shape && n) {
        const { at } = before.current;
        scroller.current.scrollTop = Math.max(0, wall.top(Math.min(at, n - 1)) - 8) / wall.scale;
      }
      before.current = { shape, at: Math.max(0, Math.min(Math.ceil((scrolled * wall.scale) / wall.step) * wall.columns, n - 1)) };
    }, [shape, scrolled, n]);

    const timer = useRef(0);
    const onScroll = useCallback(() => {
      setScrolled(scroller.current.scrollTop);
      setResting(false);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setResting(true), REST);
    }, []);
    useEffect(() => () => clearTimeout(timer.current), []);

    function edit(at) {
      const index = rows[at];
      const stamp = Date.now();
      if (editing === "remove") {
        setActive(Math.max(0, Math.min(at, n - 2)));
        setProps({ chosen: { indices: remove(index), mode: "remove", stamp } });
      } else {
        const { on, indices } = marks.flip(index);
        setProps({ chosen: { indices, mode: on ? "add" : "remove", stamp } });
      }
    }

    const look = (at) => setProps({ clicked: { index: rows[at], stamp: Date.now() } });

    function onClick(event) {
      const card = event.target.closest("[data-at]");
      if (!card || !rows) return;
      const at = Number(card.dataset.at);
      if (at >= n) return;
      setActive(at);
      if (event.target.closest("[data-edit]")) edit(at);
      else look(at);
    }

    function onKeyDown(event) {
      if (!n || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = Math.min(active, n - 1);
      const next = parts.step(wall, at, event.key);
      if (next !== null) {
        setActive(next);
        scrollTo(next);
      } else if (event.key === "Enter") look(at);
      else if (event.key === " " && editing === "mark") edit(at);
      else if ((event.key === "Delete" || event.key === "Backspace") && editing === "remove") {
        edit(at);
        scrollTo(Math.min(at, Math.max(n - 2, 0)));
      } else return;
      event.preventDefault();
    }

    const longest = Math.max(...imageSize);
    const finer = longest > side && thumb * window.devicePixelRatio > side * FINER;
    const sharpened = useRef(new Set());
    if (!finer || sharpened.current.size > 4000) sharpened.current.clear();
    const cards = [];
    for (let at = first; at < last; at++) {
      const index = rows[at];
      if (finer && resting) sharpened.current.add(index);
      const sheet = sheets.find(index) || {};
      cards.push(h(parts.Card, {
        key: index, id: `${key}-${at}`, at, n, index, facts, editing, thumb, pictureWidth: wall.pictureWidth, pictureHeight: wall.pictureHeight,
        left: wall.left(at), top: Math.round(wall.top(at) - scrolled * wall.scale + scrolled),
        width: wall.cardWidth, height: wall.cardHeight, roomy: wall.roomy, pixelated: finer ? false : thumb >= side,
        marked: editing === "mark" && marks.has(index), active: at === Math.min(active, n - 1), focused: index === focus,
        sharp: sharpened.current.has(index) ? image.replace("{index}", index) : null, ...sheet,
      }));
    }

    const waiting = latest.current.waiting;
    return h("div", { className: `iv-gallery ${props.className || ""}` },
      h("div", { className: "iv-gallery-head" },
        h("span", { role: "status" }, rows && !waiting ? h("b", null, number(n)) : "…", ` of ${number(total)} samples`, note && ` · ${note}`),
        waiting && h("span", { className: "iv-gallery-busy" }, "Loading…"),
        sheets.failed.size > 0 && h("span", { className: "failed" }, "Some pictures did not come. ",
          h("button", { type: "button", className: "plain", onClick: () => { sheets.retry(); sheets.need(rows, first, last); } }, "Try again")),
        h("span", { className: "iv-gallery-legend", title: "What stands under each picture" }, legend(facts)),
        editing === "remove" && n > 0 && h("button",
          { type: "button", className: "outline", title: "Select nothing",
            onClick: () => setProps({ chosen: { indices: [], mode: "replace", stamp: Date.now() } }) }, "Clear")),
      h("div",
        { ref: scroller, className: "iv-gallery-wall", tabIndex: 0, role: "listbox", "aria-multiselectable": true,
          "aria-label": `Samples. Arrows move, Enter looks closer, ${editing === "remove" ? "Delete takes out of" : "Space adds to"} the selection.`,
          "aria-busy": waiting, "aria-activedescendant": n ? `${key}-${Math.min(active, n - 1)}` : undefined,
          onScroll, onClick, onKeyDown },
        h("div", { role: "presentation", style: { position: "relative", height: n ? wall.shown : 0 } }, cards),
        error && h("div", { className: "failed", role: "alert" }, error, " ",
          h("button", { type: "button", className: "plain", onClick: retry }, "Try again")),
        ((!props.rows && empty) || (rows && !waiting && n === 0)) && h("div", { className: "empty" }, empty)));
  }

  function legend(facts) {
    const head = facts.loss ? `index, ${facts.loss.title.toLowerCase()}` : "index";
    return facts.label && facts.predicted ? `${head} · label → predicted` : head;
  }

  /* window.innerview.maps[key]: what tests and benchmarks wait for instead of sleeping. */
  function report(latest, scroller) {
    return {
      get ready() {
        const { waiting, error, sheets, rows, first, last } = latest.current;
        if (error || scroller.current.offsetParent === null) return true; // not on the page now, so nothing is owed
        return !waiting && (!rows || rows.length === 0 || (last > first && !sheets.busy));
      },
      get rows() { return latest.current.rows ? latest.current.rows.length : 0; },
      get active() { return latest.current.active; },
      get columns() { return latest.current.wall.columns; },
      get cards() { return scroller.current.querySelectorAll(".iv-card").length; },
      get sheets() { return latest.current.sheets.sheets.size; },
      index(at) { return latest.current.rows[at]; },
    };
  }

  innerview.Gallery = Gallery;
})();
