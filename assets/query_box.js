/* The query box: a Dash component, one line in which a query is typed. React is Dash's own; there is no build step.

   The words are known in query_box_words.js, the pieces drawn by query_box_parts.js; what a query means, how many
   samples match and what is wrong with it the server says. Props are documented in layouts/kit/query_box.py. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.queryBox = innerview.queryBox || {});
  innerview.maps = innerview.maps || {};

  const ASK = 200; // ms after the last key until the server is asked
  const REST = 600; // ms of rest until an error is shown
  const LONGEST = 2000;

  function QueryBox(props) {
    const { createElement: h, useEffect, useLayoutEffect, useRef, useState } = window.React;
    const key = keyOf(props.id);
    const value = props.value || "";
    const [text, setText] = useState(value);
    const [list, setList] = useState(null);
    const [active, setActive] = useState(-1);
    const [scrolled, setScrolled] = useState(0);
    const [rested, setRested] = useState(true);
    const input = useRef(null), ink = useRef(null);
    const caret = useRef(null); // where the caret goes after the next drawing
    const known = useRef(value); // the applied query that this box knows of
    const latest = useRef({});
    const vocabulary = useVocabulary(props.vocabulary);
    const counter = useAnswers();
    const answer = counter.answer;
    latest.current = { props, text, vocabulary, counter };

    useEffect(() => {
      counter.ask(value, 0);
      innerview.maps[key] = { get ready() { return !latest.current.counter.busy(); } };
      return () => {
        counter.stop();
        delete innerview.maps[key];
      };
    }, [key]);

    // A query that was applied elsewhere takes the place of what is typed; the echo of one's own does not.
    useEffect(() => {
      if (value === known.current) return;
      known.current = value;
      if (value === latest.current.text) return;
      setText(value);
      setList(null);
      setRested(true);
      counter.ask(value, 0);
    }, [value]);

    // More columns are known now: a query that had to wait for one, or named one in vain, is asked again. So is one
    // about tags, which somebody may have changed.
    useEffect(() => {
      const last = latest.current.counter.answer;
      const grown = last && vocabulary && vocabulary.total !== last.total; // a recording that is followed
      const old = last && (last.hits === undefined || grown || /tag/.test(latest.current.text));
      if (vocabulary && old) counter.ask(latest.current.text, 0);
    }, [vocabulary]);

    useEffect(() => {
      if (rested) return undefined;
      const timer = setTimeout(() => setRested(true), REST);
      return () => clearTimeout(timer);
    }, [rested, text]);

    useLayoutEffect(() => {
      if (caret.current !== null) {
        input.current.setSelectionRange(caret.current, caret.current);
        caret.current = null;
      }
      const left = input.current.scrollLeft;
      ink.current.style.transform = `translateX(${-left}px)`;
      if (left !== scrolled) setScrolled(left);
    });

    function open(of, at) {
      const found = parts.completions(of, at, latest.current.vocabulary);
      setList(found.items.length ? found : null);
      setActive(-1);
    }

    function type(typed, at) {
      setText(typed);
      setRested(false);
      open(typed, at);
      counter.ask(typed, ASK);
    }

    function apply(applied) {
      known.current = applied.trim();
      if (known.current !== (latest.current.props.value || "")) {
        props.setProps({ value: known.current, applied: { text: known.current, stamp: Date.now() } });
      }
    }

    function submit(asked = text) {
      setList(null);
      setRested(true);
      if (!asked.trim()) {
        apply("");
        counter.ask(asked, 0);
      } else {
        counter.ask(asked, 0, (said) => { if (!said.error && latest.current.text === asked) apply(asked); });
      }
    }

    function accept(item) {
      const made = parts.completed(text, list, item);
      caret.current = made.caret;
      type(made.text, made.caret);
      input.current.focus();
    }

    function mend() {
      const { position, length, suggestion } = answer;
      const mended = text.slice(0, position) + suggestion + text.slice(position + length);
      setText(mended);
      caret.current = position + suggestion.length;
      latest.current.text = mended;
      input.current.focus();
      submit(mended);
    }

    function clear() {
      setText("");
      latest.current.text = "";
      input.current.focus();
      submit("");
    }

    function press(event) {
      const chosen = list && list.items[active];
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!list) return open(text, event.target.selectionStart);
        const n = list.items.length, step = event.key === "ArrowDown" ? 1 : -1;
        return setActive(active < 0 ? (step > 0 ? 0 : n - 1) : (active + step + n) % n);
      }
      if (event.key === "Enter") {
        event.preventDefault();
        return chosen ? accept(chosen) : submit();
      }
      // Without anything begun, Tab leads on to the next control, as everywhere.
      if (event.key === "Tab" && !event.shiftKey && list && (chosen || list.end > list.start)) {
        event.preventDefault();
        return accept(chosen || list.items[0]);
      }
      if (event.key === "Escape" && list) return setList(null);
      if (event.key === " " && event.ctrlKey) {
        event.preventDefault();
        return open(text, event.target.selectionStart);
      }
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) setList(null);
      return undefined;
    }

    const mine = answer && answer.text === text ? answer : null;
    // What is missing at the end is offered by the list while that is open: no need to complain of it.
    const offered = list && mine && mine.error && mine.position + mine.length >= text.trimEnd().length;
    const trouble = mine && mine.error && rested && !offered ? mine : null;
    const names = { list: `${key}-list`, trouble: `${key}-trouble` };
    const column = (at) => `max(0px, calc(var(--iv-query-start) + ${at}ch - ${scrolled}px))`;
    return h("div", { className: `iv-query ${trouble ? "iv-query-wrong" : ""} ${props.className || ""}`, id: key },
      h("div", { className: "iv-query-field" },
        h("div", { className: "iv-query-line" },
          h(parts.Ink, { text, trouble, ink }),
          h("input", {
            ref: input, type: "text", value: text, placeholder: props.placeholder, spellCheck: false, autoComplete: "off",
            autoCapitalize: "off", role: "combobox", "aria-label": props.label, "aria-autocomplete": "list",
            "aria-expanded": Boolean(list), "aria-controls": names.list, "aria-invalid": Boolean(trouble),
            "aria-describedby": trouble ? names.trouble : undefined,
            "aria-activedescendant": list && active >= 0 ? `${names.list}-${active}` : undefined,
            onChange: (event) => type(event.target.value, event.target.selectionStart),
            onKeyDown: press,
            onClick: (event) => (list ? setList(null) : text ? undefined : open("", 0)),
            onScroll: (event) => setScrolled(event.target.scrollLeft),
            onBlur: () => { setList(null); if (text.trim() !== value) submit(); },
          })),
        h(Count, { answer: mine, last: answer, shown: Boolean(trouble) }),
        text && h("button", { type: "button", className: "iv-query-clear", title: "Clear the query", "aria-label": "Clear the query", onClick: clear }, "×")),
      list && h(parts.List, { id: names.list, list, active, accept, left: column(list.start) }),
      trouble && h(parts.Trouble, { id: names.trouble, trouble, left: column(trouble.position), mend }));
  }

  function Count({ answer, last, shown }) {
    const { createElement: h } = window.React;
    const said = answer || last;
    let words = "…";
    if (said && said.hits !== undefined) words = `${said.hits.toLocaleString("en-US")} of ${said.total.toLocaleString("en-US")} samples`;
    else if (answer && answer.waiting) words = "waiting";
    else if (answer && answer.error && shown) words = "no count";
    const title = answer && answer.waiting ? answer.waiting : undefined;
    return h("span", { className: `iv-query-count ${answer ? "" : "iv-query-old"}`, role: "status", title }, words);
  }

  /* What the server says of the text: {ask(text, delay, then), answer, busy(), stop()}. Only the newest question is answered. */
  function useAnswers() {
    const { useRef, useState } = window.React;
    const [answer, setAnswer] = useState(null);
    const pending = useRef({ number: 0, timer: null, stop: null, busy: true });

    function ask(text, delay, then) {
      const now = pending.current, number = ++now.number;
      clearTimeout(now.timer);
      if (now.stop) now.stop.abort();
      now.busy = true;
      now.timer = setTimeout(async () => {
        now.stop = new AbortController();
        const said = await answered(text, now.stop.signal);
        if (number !== now.number) return;
        now.busy = false;
        setAnswer({ text, ...said });
        if (then) then(said);
      }, delay);
    }

    function stop() {
      pending.current.number++;
      clearTimeout(pending.current.timer);
      if (pending.current.stop) pending.current.stop.abort();
    }

    return { ask, stop, answer, busy: () => pending.current.busy };
  }

  async function answered(text, signal) {
    if (text.length > LONGEST) {
      const error = `longer than ${LONGEST.toLocaleString("en-US")} characters (${text.length.toLocaleString("en-US")}); shorten it`;
      return { error, position: LONGEST, length: 0, suggestion: "" };
    }
    try {
      const response = await fetch(`query?${new URLSearchParams({ text })}`, { signal, cache: "no-store" });
      if (response.ok) return await response.json();
    } catch { /* stopped by a newer question, or the server is gone, which connection.js says */ }
    return { waiting: "The server does not answer." };
  }

  function useVocabulary(url) {
    const { useEffect, useState } = window.React;
    const [vocabulary, setVocabulary] = useState(null);
    useEffect(() => {
      if (!url) return undefined;
      let wanted = true;
      fetch(url)
        .then((response) => (response.ok ? response.json() : null))
        .then((found) => { if (found && wanted) setVocabulary(found); })
        .catch(() => null); // without it the box completes nothing, and works
      return () => { wanted = false; };
    }, [url]);
    return vocabulary;
  }

  /* Dash writes the id of a pattern as JSON; an id in the page, that others refer to, has no blanks or quotes. */
  function keyOf(id) {
    return (typeof id === "string" ? id : JSON.stringify(id)).replace(/[^\w-]+/g, " ").trim().replaceAll(" ", "-");
  }

  innerview.QueryBox = QueryBox;
})();
