// The browser's half of the view's state: URL <-> store, controls, theme, link, keyboard.
//
// The store is written by controls, maps and clicks; the URL follows it with replaceState, which no
// component hears. A new URL (link, reload, step back) is read once and fills the store.
(function () {
  "use strict";

  const skip = () => window.dash_clientside.no_update;
  const root = document.documentElement;
  const innerview = (window.innerview = window.innerview || {});

  // The path of a page as it is registered, "/projection", whatever the pages stand under: all our URLs are
  // relative to the <base> of the document.
  const path = (url = window.location) => url.pathname.replace(new URL(".", document.baseURI).pathname, "/");
  innerview.path = path;

  // The page of a sample has its index in the path. What one came from says which list its arrows lead through.
  const SAMPLE = /^\/sample(?:\/(.*))?$/;
  const LISTS = { "/table": "table", "/images": "pool", "/labels": "issues", "/losses": "loss" };
  let before = null; // the path of the page that was open

  function onSamplePage(path, state, remembered) {
    const [, index] = path.match(SAMPLE);
    let sample = state.sample || "";
    try { if (index) sample = decodeURIComponent(index); } catch { sample = index; }
    const among = (!remembered && LISTS[before]) || state.among || "";
    return { ...state, sample, among, focus: state.focus === sample ? "" : state.focus };
  }

  function merged(state, changes) {
    const next = { ...(state || {}), ...changes };
    const same = Object.keys(changes).every((name) => ((state || {})[name] ?? "") === changes[name]);
    return same ? skip() : next;
  }

  function address(page, state) {
    const query = new URLSearchParams();
    for (const name of Object.keys(state).sort()) if (state[name] && name !== "sample") query.set(name, state[name]);
    if (SAMPLE.test(page)) page = state.sample ? "/sample/" + encodeURIComponent(state.sample) : "/sample";
    const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
    return new URL("." + page, document.baseURI).href + (text ? "?" + text : "");
  }

  // What somebody has chosen from a menu or a check box, by the element's id, until a callback takes it. A part that
  // is drawn anew tells the values of its menus, too, and they may be those of a view that has changed since.
  const chosen = new Map();
  document.addEventListener("change", ({ target }) => {
    if (target.id.startsWith("{")) chosen.set(target.id, target.type === "checkbox" ? target.checked : target.value);
  }, true);
  innerview.taken = (name) => {
    const value = chosen.get(name);
    chosen.delete(name);
    return value;
  };

  const isMenu = (name) => document.getElementById(name) instanceof HTMLSelectElement;
  const context = () => window.dash_clientside.callback_context.triggered || [];

  function triggered() {
    const first = context()[0];
    if (!first || first.value === undefined || first.value === null) return null;
    const id = first.prop_id.slice(0, first.prop_id.lastIndexOf("."));
    return { id: id.startsWith("{") ? JSON.parse(id) : id, value: first.value };
  }

  function setTheme(theme) {
    root.setAttribute("data-bs-theme", theme);
    try { localStorage.setItem("innerview-theme", theme); } catch { /* a private window keeps nothing */ }
  }

  let kept = null;
  try { kept = localStorage.getItem("innerview-theme"); } catch { /* as above */ }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.setAttribute("data-bs-theme", kept || (dark ? "dark" : "light"));

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    navigation: {
      // A link of the navigation carries no state and keeps the present one; any other URL brings its own.
      open(href, state) {
        const url = new URL(href);
        // A step that a callback takes is told before the browser has taken it: then its address counts.
        const remembered = window.location.href === href && window.history.state && window.history.state.innerview;
        const given = Object.fromEntries(url.searchParams);
        let next = remembered || (url.search ? given : state || {});
        let page = path(url);
        if (SAMPLE.test(page)) [next, page] = [onSamplePage(page, next, remembered), "/sample"];
        before = page;
        delete next.token;
        return [{ path: page, state: next, stamp: Date.now() }, { ...next }];
      },

      write(state) {
        const url = address(path(), state);
        window.history.replaceState({ ...(window.history.state || {}), innerview: state }, "", url);
      },

      // A menu counts when somebody has chosen from it; the others may say what they said before the last change.
      control(values, ids, state) {
        const changes = {};
        const news = new Set(context().map(({ prop_id }) => prop_id));
        ids.forEach((id, i) => {
          const name = JSON.stringify(id), value = isMenu(name) ? innerview.taken(name) : values[i] ?? "";
          if (isMenu(name) ? value !== undefined : news.has(`${name}.value`)) changes[id.control] = value;
        });
        return merged(state, changes);
      },

      // A button that sets a field, alone or in a markup; a layer's button also leads to the map.
      go(clicks, went, state) {
        const what = triggered();
        if (!what) return [skip(), skip()];
        const { go, value } = what.id.markup ? what.value : what.id;
        if (go === "table") return [skip(), address("/table", { ...state, query: value, filters: "", hidden: "" })];
        if (go === "map") return [skip(), address("/projection", { ...state, color: value })];
        if (go === "pool") return [skip(), address("/images", { ...state, query: value, pool: "query", hidden: "" })];
        if (go === "listed") return [merged(state, { pool: value }), skip()]; // beside maps nobody is led away
        const next = { ...state, [go]: value };
        if (go === "reviewing") return [skip(), address("/review", next)];
        if (go === "asked") return [skip(), address("/similar", { ...next, focus: "", upload: "" })];
        if (go === "place") return [skip(), address("/projection", { ...state, focus: value })];
        return go === "layer" ? [skip(), address("/projection", next)] : [merged(state, next), skip()];
      },

      // A button that empties boxes; its id names their fields.
      reset() {
        const what = triggered();
        if (what) for (const control of what.id.map_reset.split(",")) window.dash_clientside.set_props({ control }, { value: "" });
        return skip();
      },

      pick(clicked, state) {
        const what = triggered();
        return what ? merged(state, { focus: String(what.value.index) }) : skip();
      },

      clear(tray, panel, state) {
        const what = triggered();
        if (!what) return skip();
        if (what.id !== "sample-panel-close") return merged(state, { selection: "" });
        // Who closes the panel of a query still wants its answer.
        return merged(state, path() === "/similar" ? { focus: "", asked: state.focus } : { focus: "" });
      },

      mark: (route, links) => links.map((id) => Boolean(route) && id.link === route.path),

      hurry: () => 600,

      theme(clicks) {
        if (clicks) setTheme(root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
        return skip();
      },

      share() {
        const button = document.getElementById("share-button");
        const say = (text) => {
          button.textContent = text;
          setTimeout(() => { button.textContent = "Copy link"; }, 1500);
        };
        const copied = navigator.clipboard && navigator.clipboard.writeText(window.location.href);
        if (copied) copied.then(() => say("Copied"), () => say("Copy it from the address bar"));
        else say("Copy it from the address bar");
        return skip();
      },

      menu() {
        const what = triggered();
        const open = document.getElementById("navigation").classList.contains("open");
        return what && what.id === "menu-button" && !open ? "navigation open" : "navigation";
      },
    },
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.target.closest("input, select, textarea")) return;
    const panel = document.getElementById("sample-panel");
    if (panel && !panel.hidden) document.getElementById("sample-panel-close").click();
  });

  // A link to a fragment would leave the page, because it is relative to the base of all pages.
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-focus]");
    if (target) document.getElementById(target.dataset.focus).focus();
  });

  // The same view of another network: its address takes the page and the state of this one along.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-same-view]");
    if (link) link.href = new URL("." + path() + window.location.search, link.href).href;
  }, true);

  // The sample panel's own buttons; with no sample looked at, both lead to the hardest.
  const STEPS = { "[": "harder", "]": "easier" };
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const command = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph"); // [ may need AltGr
    if (!step || command || event.target.closest("input, select, textarea, [contenteditable]")) return;
    const button = document.querySelector(`#sample-panel .${step}`);
    if (button) button.click();
  });

  // True once the page is drawn and every map on it shows what it should: what tests wait for.
  innerview.maps = innerview.maps || {};
  Object.defineProperty(innerview, "ready", {
    get() {
      const page = document.getElementById("page");
      const maps = Object.values(innerview.maps);
      return (page ? page.children.length > 0 : maps.length > 0) && maps.every((map) => map.ready);
    },
    set() { /* the maps on a page of their own say it by themselves */ },
  });
})();
